using System.CommandLine;
using Holdfast.Bench.Failover;
using Holdfast.Bench.MySql;
using Holdfast.Bench.People;
using Holdfast.Bench.Router;
using Holdfast.Bench.Router.Tools;
using Holdfast.Bench.Stores;

var root = new RootCommand("Measurements that anyone can run again")
{
    FailoverCommand.Create(TimeProvider.System), StoresCommand.Create(TimeProvider.System), MySqlCommand.Create(TimeProvider.System), PeopleCommand.Create(TimeProvider.System), RouterCommand.Create(TimeProvider.System), SinkCommand.Create(),
};

// Ctrl-C waits for the clean-up: a cluster that is being measured must not stay behind.
return await root.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
