using System.Diagnostics;
using System.Net.Sockets;
using Holdfast.Api;
using Holdfast.Api.Peers;
using Holdfast.Configuration;
using Holdfast.Guard;
using Holdfast.Host.Commands;
using Holdfast.Ports;
using Holdfast.Stores.Raft;
using Holdfast.Stores.Raft.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Host.Composition;

/// <summary>The parts of a process that can fail to start for reasons that an operator can mend.</summary>
internal static class Parts
{
    public static async Task<RaftStore> StartStoreAsync(RaftStoreOptions options, ILoggerFactory loggers)
    {
        try
        {
            return await RaftStore.StartAsync(options, HostClock.Time, loggers.CreateLogger<RaftStore>(), CancellationToken.None);
        }
        catch (SocketException exception)
        {
            throw new StartRefusedException(
                $"raft.self_addr: cannot listen on {options.BindAddress ?? options.SelfAddress}: {exception.Message}. "
                + "Another process may use the port, or the address is not this host's.", exception);
        }
        catch (Exception exception) when (exception is StoreCorruptedException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"raft.data_dir {options.DataDirectory}: {exception.Message}", exception);
        }
    }

    /// <summary>Two agents on one data directory would fight; the second one does not start. The lock ends with the process.</summary>
    public static FileStream LockDirectory(string dataDirectory)
    {
        var path = dataDirectory.TrimEnd('/') + ".holdfast.lock";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new StartRefusedException(
                $"data_dir {dataDirectory}: another agent runs on this directory, or {path} cannot be locked ({exception.Message})", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StartRefusedException($"data_dir {dataDirectory}: no rights to write {path}: run as its owner or as root", exception);
        }
    }

    /// <summary>A router trusts members as a command line does.</summary>
    public static RestHealth CreateHealth(HoldfastConfiguration configuration) => WithCertificates(() => new RestHealth(Peers(configuration), HostClock.Time));

    /// <summary>Members trust each other as their command lines do: the ctl section, or the REST interface's own files.</summary>
    public static RestPeers CreatePeers(HoldfastConfiguration configuration) => WithCertificates(() => new RestPeers(Peers(configuration), HostClock.Time));

    /// <summary>What this member, or router, shows to the members.</summary>
    public static RestPeerOptions Peers(HoldfastConfiguration configuration)
    {
        var credentials = configuration.Ctl.Authentication;
        return new RestPeerOptions
        {
            Scope = configuration.Scope,
            Credentials = credentials is null ? null : new RestCredentials(credentials.Username, credentials.Password),
            Token = configuration.Ctl.Token,
            CaFile = configuration.Ctl.CaCert,
            CertFile = configuration.Ctl.CertFile ?? configuration.RestApi?.CertFile,
            KeyFile = configuration.Ctl.CertFile is null ? configuration.RestApi?.KeyFile : configuration.Ctl.KeyFile,
            KeyFilePassword = configuration.Ctl.CertFile is null ? configuration.RestApi?.KeyFilePassword : configuration.Ctl.KeyFilePassword,
        };
    }

    private static T WithCertificates<T>(Func<T> create)
    {
        try
        {
            return create();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new StartRefusedException($"the certificates for requests to other members (ctl, or restapi) cannot be used: {exception.Message}", exception);
        }
    }

    public static GuardFence CreateGuard(string dataDirectory, IAgentSignal signal, ILoggerFactory loggers)
    {
        var socket = SocketPath(dataDirectory);
        return new GuardFence(socket, () => StartGuard(socket, dataDirectory), signal, HostClock.Time, loggers.CreateLogger<GuardFence>());
    }

    public static GuardNote CreateNote(string dataDirectory, ILoggerFactory loggers) => new(GuardNote.PathOf(dataDirectory), loggers.CreateLogger<GuardNote>());

    /// <summary>Beside the data directory; the kernel takes no more than 107 bytes, so a long one goes under a short name elsewhere.</summary>
    private static string SocketPath(string dataDirectory)
    {
        var beside = dataDirectory.TrimEnd('/') + ".guard";
        return System.Text.Encoding.UTF8.GetByteCount(beside) <= 100
            ? beside
            : $"/tmp/holdfast-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(dataDirectory)))[..16]}.guard";
    }

    private static void StartGuard(string socket, string dataDirectory)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { GuardCommand.Name, GuardCommand.SocketOption, socket, GuardCommand.DirectoryOption, dataDirectory },
            RedirectStandardInput = true,
        };
        using var process = Process.Start(start) ?? throw new StartRefusedException("the guard process could not be started", null);
        process.StandardInput.Close();
    }
}
