using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Holdfast.Core.Access.Policies;

/// <summary>
/// One policy file: YAML, a mapping of rules' names to checks. Read event by event and no further than that form goes, so
/// that nothing in it can be deep, or mean what YAML would make of it behind its author's back.
/// </summary>
internal sealed class PolicyFile
{
    public const int MaxBytes = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private readonly string path;
    private readonly Parser yaml;

    private PolicyFile(string path) => (this.path, yaml) = (path, new Parser(new StringReader(ReadText(path))));

    /// <exception cref="PolicyError">Names the file and the line, and says what is wrong there.</exception>
    public static IReadOnlyCollection<RuleOverride> Read(string path)
    {
        try
        {
            return new PolicyFile(path).ReadRules();
        }
        catch (YamlException error)
        {
            string advice = error.Message.Contains("cannot start any token", StringComparison.Ordinal)
                ? " Put the rule in quotes."
                : "";
            throw new PolicyError($"{path}, line {error.Start.Line}: this is not YAML: {error.Message}{advice}", error);
        }
        // Whatever else the reader trips over: the rules from before must stay, and no request may fail of it.
        catch (Exception error) when (error is not PolicyError)
        {
            throw new PolicyError($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaxBytes
                ? File.ReadAllText(path, Strict)
                : throw new PolicyError($"{path} is larger than {MaxBytes} bytes, and surely no policy file.");
        }
        catch (DecoderFallbackException error)
        {
            throw new PolicyError($"{path} is not UTF-8.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PolicyError($"{path} cannot be read: {error.Message}", error);
        }
    }

    private Dictionary<string, RuleOverride>.ValueCollection ReadRules()
    {
        Dictionary<string, RuleOverride> rules = new(StringComparer.Ordinal);
        yaml.Consume<StreamStart>();
        if (yaml.TryConsume<DocumentStart>(out _))
        {
            // A document without anything in it is an empty text.
            if (!yaml.Accept<Scalar>(out Scalar? nothing) || nothing.Value.Length > 0)
            {
                Expect<MappingStart>("a mapping of rules to checks is due");
                while (!yaml.TryConsume<MappingEnd>(out _))
                {
                    RuleOverride rule = ReadRule();
                    if (!rules.TryAdd(rule.Name, rule))
                    {
                        long other = rules[rule.Name].Place.Line;
                        throw Wrong(
                            rule.Place,
                            $"rule '{rule.Name}' is in line {other} already; one of them has to go"
                        );
                    }
                }
            }
            else
            {
                yaml.MoveNext();
            }
            yaml.Consume<DocumentEnd>();
        }
        Expect<StreamEnd>("a policy file is one YAML document");
        return rules.Values;
    }

    private RuleOverride ReadRule()
    {
        Scalar key = Expect<Scalar>("a rule's name is due");
        RulePlace place = new(path, key.Start.Line);
        string name = key.Value.Length > 0 ? key.Value : throw Wrong(place, "a rule's name is due");
        if (yaml.TryConsume<SequenceStart>(out _))
        {
            List<List<Scalar>> alternatives = ReadAlternatives();
            Check check = Parse(
                place,
                name,
                () => RuleParser.Parse([.. alternatives.Select(checks => checks.ConvertAll(Text))])
            );
            return new RuleOverride(name, check.ToString(), check, place);
        }
        Scalar value = Expect<Scalar>($"rule '{name}' must be text, or a list of lists");
        return new RuleOverride(name, value.Value, Parse(place, name, () => RuleParser.Parse(Text(value))), place);
    }

    // The outer list has been entered; its elements are lists, or single checks.
    private List<List<Scalar>> ReadAlternatives()
    {
        const string due = "a list holds checks, or lists of checks";
        List<List<Scalar>> alternatives = [];
        while (!yaml.TryConsume<SequenceEnd>(out _))
        {
            List<Scalar> checks = [];
            if (yaml.TryConsume<SequenceStart>(out _))
            {
                while (!yaml.TryConsume<SequenceEnd>(out _))
                {
                    checks.Add(Expect<Scalar>(due));
                }
            }
            else
            {
                checks.Add(Expect<Scalar>(due));
            }
            alternatives.Add(checks);
        }
        return alternatives;
    }

    // Without a value YAML says null, which oslo.policy takes for "always"; so it does an exclamation mark without
    // quotes, which is a tag. Neither is what anybody means.
    private static string Text(Scalar scalar) =>
        !scalar.Tag.IsEmpty
            ? throw new PolicyError($"{scalar.Tag} is a YAML tag here; put the rule in quotes, as in \"!\"")
        : scalar is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" }
            ? throw new PolicyError("it has no value; write \"@\" for always, \"!\" for never")
        : scalar.Value;

    private static Check Parse(RulePlace place, string name, Func<Check> parse)
    {
        try
        {
            return parse();
        }
        catch (PolicyError error)
        {
            throw Wrong(place, $"rule '{name}' cannot be read: {error.Message}", error);
        }
    }

    private T Expect<T>(string due)
        where T : ParsingEvent =>
        yaml.TryConsume<T>(out T? found) ? found : throw Wrong(new RulePlace(path, yaml.Current!.Start.Line), due);

    private static PolicyError Wrong(RulePlace place, string why, Exception? inner = null) =>
        new($"{place}: {why}.", inner);
}
