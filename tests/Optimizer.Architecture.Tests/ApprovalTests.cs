using System.Reflection;
using Mono.Cecil;
using Optimizer.Guardrails;
using Optimizer.Setpoints;

namespace Optimizer.Architecture.Tests;

/// <summary>Outside Core an unapproved setpoint does not compile; inside, only two places make the two types.</summary>
public class ApprovalTests
{
    [Theory]
    [InlineData(typeof(ApprovedMove))]
    [InlineData(typeof(SetpointWrite))]
    public void SafetyType_HasNoConstructorOutsideCore(Type type)
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        Assert.All(type.GetConstructors(all), c => Assert.False(c.IsPublic || c.IsFamily || c.IsFamilyOrAssembly, $"{c} is visible outside Core"));
        Assert.All(type.GetProperties(all), p => Assert.True(p.SetMethod is null || p.SetMethod.IsPrivate || p.SetMethod.IsAssembly, $"{p.Name} can be set outside Core"));
    }

    [Fact]
    public void Core_ShowsItsInternalsToNobody()
    {
        Assert.Empty(typeof(ApprovedMove).Assembly.GetCustomAttributes<System.Runtime.CompilerServices.InternalsVisibleToAttribute>());
    }

    [Theory]
    [InlineData("Optimizer.Guardrails.ApprovedMove", "Optimizer.Guardrails.GuardrailChain")]
    [InlineData("Optimizer.Setpoints.SetpointWrite", "Optimizer.Setpoints.ModeGate")]
    public void SafetyType_IsMadeInOnePlaceOnly(string type, string maker)
    {
        using var core = TypeReferences.Load("Optimizer.Core");
        var makers = core.MainModule.GetTypes()
            .SelectMany(t => t.Methods.Where(m => m.HasBody).Select(m => (Type: t, Method: m)))
            .Where(p => p.Method.Body.Instructions.Any(i => i.Operand is MethodReference { Name: ".ctor" } ctor && ctor.DeclaringType.FullName == type))
            .Select(p => p.Type.FullName.Split('/')[0])
            .Where(name => name != type)
            .Distinct();

        Assert.Equal([maker], makers);
    }
}
