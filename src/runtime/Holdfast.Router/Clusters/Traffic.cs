namespace Holdfast.Router.Clusters;

/// <summary>What one loop has done for one cluster. Only that loop writes; others may read a figure a moment late.</summary>
internal sealed class Traffic
{
    public long Accepted { get; set; }

    public long Connected { get; set; }

    /// <summary>Clients that were told no, for whatever reason.</summary>
    public long Refused { get; set; }

    /// <summary>Connections that were ended since their member leads no more.</summary>
    public long Cut { get; set; }

    public long Held { get; set; }

    public double HeldSeconds { get; set; }

    public double HeldSecondsMax { get; set; }

    /// <summary>Sessions that went on at another member.</summary>
    public long Moved { get; set; }

    /// <summary>Sessions that could not go on at another member.</summary>
    public long NotMoved { get; set; }

    public ByteCounter ToMembers { get; } = new();

    public ByteCounter ToClients { get; } = new();

    public void CountHold(TimeSpan length)
    {
        Held++;
        HeldSeconds += length.TotalSeconds;
        HeldSecondsMax = Math.Max(HeldSecondsMax, length.TotalSeconds);
    }
}

/// <summary>Bytes in one direction.</summary>
internal sealed class ByteCounter
{
    public long Total { get; set; }
}
