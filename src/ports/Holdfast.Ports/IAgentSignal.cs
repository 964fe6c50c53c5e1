namespace Holdfast.Ports;

/// <summary>Wakes the agent's loop: something changed that it should look at. Callable from any thread; many calls are one.</summary>
public interface IAgentSignal
{
    void Wake();
}
