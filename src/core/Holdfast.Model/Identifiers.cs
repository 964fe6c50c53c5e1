namespace Holdfast.Model;

/// <summary>The name of a member, unique within its cluster.</summary>
public readonly record struct MemberName(string Text) : IComparable<MemberName>
{
    public int CompareTo(MemberName other) => string.CompareOrdinal(Text, other.Text);

    public override string ToString() => Text;
}

/// <summary>
/// The fencing token: the store revision at which the leader key was last given to somebody. It grows with every change of
/// leader and never with a renewal, since renewals extend the session and leave the key alone.
/// </summary>
public readonly record struct Term(long Number) : IComparable<Term>
{
    public static readonly Term None = new(0);

    public int CompareTo(Term other) => Number.CompareTo(other.Number);

    public static bool operator <(Term left, Term right) => left.Number < right.Number;

    public static bool operator >(Term left, Term right) => left.Number > right.Number;

    public static bool operator <=(Term left, Term right) => left.Number <= right.Number;

    public static bool operator >=(Term left, Term right) => left.Number >= right.Number;

    public override string ToString() => Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A revision of the store: every committed transaction has one, and they grow.</summary>
public readonly record struct Revision(long Number) : IComparable<Revision>
{
    /// <summary>As the expected revision of a key: the key must not exist.</summary>
    public static readonly Revision Absent = new(0);

    public int CompareTo(Revision other) => Number.CompareTo(other.Number);

    public static bool operator <(Revision left, Revision right) => left.Number < right.Number;

    public static bool operator >(Revision left, Revision right) => left.Number > right.Number;

    public static bool operator <=(Revision left, Revision right) => left.Number <= right.Number;

    public static bool operator >=(Revision left, Revision right) => left.Number >= right.Number;

    public override string ToString() => Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A member's session in the store: keys written under it vanish together when it ends.</summary>
public readonly record struct SessionId(string Text)
{
    public override string ToString() => Text;
}

/// <summary>The history branch of a database: it grows with every promotion.</summary>
public readonly record struct Timeline(int Number) : IComparable<Timeline>
{
    public int CompareTo(Timeline other) => Number.CompareTo(other.Number);

    public override string ToString() => Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A place in a database's log, in bytes from the beginning of its history.</summary>
public readonly record struct LogPosition(long Bytes) : IComparable<LogPosition>
{
    public static readonly LogPosition Zero = new(0);

    public int CompareTo(LogPosition other) => Bytes.CompareTo(other.Bytes);

    public static bool operator <(LogPosition left, LogPosition right) => left.Bytes < right.Bytes;

    public static bool operator >(LogPosition left, LogPosition right) => left.Bytes > right.Bytes;

    public static bool operator <=(LogPosition left, LogPosition right) => left.Bytes <= right.Bytes;

    public static bool operator >=(LogPosition left, LogPosition right) => left.Bytes >= right.Bytes;

    /// <summary>How many bytes <paramref name="other"/> is behind this position; zero when it is level or ahead.</summary>
    public long BytesAheadOf(LogPosition other) => Math.Max(0, Bytes - other.Bytes);

    public override string ToString() => Bytes.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
