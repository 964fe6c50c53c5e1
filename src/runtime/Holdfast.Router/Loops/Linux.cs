using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace Holdfast.Router.Loops;

/// <summary>The system calls of the loops, and Linux's numbers for them (see the manual pages of section 2).</summary>
internal static unsafe partial class Linux
{
    public const int NonBlocking = 0x800; // SOCK_NONBLOCK, O_NONBLOCK, EFD_NONBLOCK
    public const int CloseOnExec = 0x80000; // SOCK_CLOEXEC, O_CLOEXEC, EFD_CLOEXEC, EPOLL_CLOEXEC
    public const int FamilyIPv4 = 2; // AF_INET
    public const int FamilyIPv6 = 10; // AF_INET6
    public const int Stream = 1; // SOCK_STREAM
    public const int NoSignal = 0x4000; // MSG_NOSIGNAL
    public const int Peek = 2; // MSG_PEEK
    public const int ShutDownWrite = 1; // SHUT_WR

    public const int TryAgain = 11; // EAGAIN
    public const int Interrupted = 4; // EINTR
    public const int TooManyFilesInSystem = 23; // ENFILE
    public const int TooManyFiles = 24; // EMFILE
    public const int NoBuffers = 105; // ENOBUFS
    public const int OutOfMemory = 12; // ENOMEM
    public const int InProgress = 115; // EINPROGRESS
    public const int ConnectionRefused = 111; // ECONNREFUSED
    public const int TimedOut = 110; // ETIMEDOUT

    public const int SocketLevel = 1; // SOL_SOCKET
    public const int SocketError = 4; // SO_ERROR
    public const int KeepAlive = 9; // SO_KEEPALIVE
    public const int Linger = 13; // SO_LINGER
    public const int TcpLevel = 6; // IPPROTO_TCP
    public const int TcpNoDelay = 1;
    public const int TcpKeepIdle = 4;
    public const int TcpKeepInterval = 5;
    public const int TcpKeepCount = 6;
    public const int TcpUserTimeout = 18;

    public const uint EventIn = 0x1;
    public const uint EventOut = 0x4;
    public const uint EventError = 0x8;
    public const uint EventHangUp = 0x10;
    public const uint EventPeerClosed = 0x2000; // EPOLLRDHUP
    public const uint EventExclusive = 1u << 28; // EPOLLEXCLUSIVE
    public const uint EventEdge = 1u << 31; // EPOLLET

    public const int ControlAdd = 1; // EPOLL_CTL_ADD
    public const int ControlDelete = 2; // EPOLL_CTL_DEL

    public const uint SpliceMove = 1;
    public const uint SpliceNonBlocking = 2;
    public const int SetPipeSize = 1031; // F_SETPIPE_SZ

    public static int LastError => Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* happening);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    public static partial int EpollWait(int epoll, byte* happenings, int count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int descriptor, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int descriptor, byte* address, int* length, int flags);

    [LibraryImport("libc", EntryPoint = "getpeername", SetLastError = true)]
    public static partial int PeerName(int descriptor, byte* address, int* length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    public static partial int OwnName(int descriptor, byte* address, int* length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int ShutDown(int descriptor, int how);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int name, byte* value, int length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(int descriptor, int level, int name, byte* value, int* length);

    [LibraryImport("libc", EntryPoint = "splice", SetLastError = true)]
    public static partial nint Splice(int from, long* fromOffset, int to, long* toOffset, nint length, uint flags);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, long* limits);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int SetLimit(int resource, long* limits);
}
