using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Optimizer.Architecture.Tests;

/// <summary>Which types a compiled assembly's types mention: signatures, fields, bodies.</summary>
internal static class TypeReferences
{
    public static AssemblyDefinition Load(string name) =>
        AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, name + ".dll"), new ReaderParameters { InMemory = true });

    /// <summary>Every (user, used) pair of types, nested types counted as their outermost type.</summary>
    public static IEnumerable<(TypeDefinition User, TypeReference Used)> All(AssemblyDefinition assembly) =>
        assembly.MainModule.GetTypes().SelectMany(t => Mentioned(t).Select(used => (Outermost(t), used)));

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is null ? type : Outermost(type.DeclaringType);

    private static IEnumerable<TypeReference> Mentioned(TypeDefinition type)
    {
        var found = new List<TypeReference?> { type.BaseType };
        found.AddRange(type.Interfaces.Select(i => i.InterfaceType));
        found.AddRange(type.Fields.Select(f => f.FieldType));
        found.AddRange(type.Properties.Select(p => p.PropertyType));
        foreach (var method in type.Methods)
        {
            found.Add(method.ReturnType);
            found.AddRange(method.Parameters.Select(p => p.ParameterType));
            if (method.HasBody)
            {
                found.AddRange(method.Body.Variables.Select(v => v.VariableType));
                found.AddRange(method.Body.Instructions.SelectMany(Operands));
            }
        }

        return found.OfType<TypeReference>().SelectMany(Unwrap);
    }

    private static IEnumerable<TypeReference?> Operands(Instruction instruction) => instruction.Operand switch
    {
        TypeReference t => [t],
        MethodReference m => [m.DeclaringType, m.ReturnType, .. m.Parameters.Select(p => p.ParameterType)],
        FieldReference f => [f.DeclaringType, f.FieldType],
        _ => [],
    };

    private static IEnumerable<TypeReference> Unwrap(TypeReference type)
    {
        switch (type)
        {
            case GenericInstanceType generic:
                return generic.GenericArguments.SelectMany(Unwrap).Append(generic.ElementType);
            case TypeSpecification specification:
                return Unwrap(specification.ElementType);
            case GenericParameter:
                return [];
            default:
                return [type];
        }
    }
}
