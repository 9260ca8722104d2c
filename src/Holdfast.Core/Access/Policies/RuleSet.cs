using System.Collections.Frozen;

namespace Holdfast.Core.Access.Policies;

/// <summary>All rules in force together: the defaults, with those of the files in their place. Never changes.</summary>
public sealed class RuleSet
{
    /// <summary>The rule that decides who is an administrator, once a request.</summary>
    public const string ContextIsAdmin = "context_is_admin";

    /// <summary>The rule that decides who sees the host and topic of an object, once a request.</summary>
    public const string ContextIsHostAdmin = "context_is_host_admin";

    /// <summary>Checks that a question may come to, those of the rules referred to included.</summary>
    public const int MaxChecks = 1000;

    private readonly FrozenDictionary<string, Rule> rules;

    private RuleSet(Dictionary<string, Rule> rules) => this.rules = rules.ToFrozenDictionary(StringComparer.Ordinal);

    public IReadOnlyCollection<Rule> All => rules.Values;

    public Rule? Find(string name) => rules.GetValueOrDefault(name);

    /// <param name="overrides">A later one wins over an earlier one of the same name.</param>
    /// <exception cref="PolicyError">
    /// A rule refers to one that is not there, or to itself, or is so large that asking it would take too long.
    /// </exception>
    public static RuleSet Build(IEnumerable<RuleDefault> defaults, IEnumerable<RuleOverride> overrides)
    {
        Dictionary<string, Rule> byName = new(StringComparer.Ordinal);
        foreach (RuleDefault rule in defaults)
        {
            byName.Add(rule.Name, new Rule(rule.Name, rule.Check, RuleParser.Parse(rule.Check), place: null));
        }
        foreach (RuleOverride rule in overrides)
        {
            byName[rule.Name] = new Rule(rule.Name, rule.Text, rule.Check, rule.Place);
        }
        Linker linker = new(byName);
        foreach (Rule rule in byName.Values)
        {
            linker.Link(rule);
        }
        return new RuleSet(byName);
    }

    /// <summary>Gives every <c>rule:</c> its rule, and counts what asking comes to.</summary>
    private sealed class Linker(Dictionary<string, Rule> rules)
    {
        private readonly Dictionary<Rule, int> sizes = [];
        private readonly List<Rule> path = [];

        public int Link(Rule rule)
        {
            if (sizes.TryGetValue(rule, out int known))
            {
                return known;
            }
            if (path.Contains(rule))
            {
                IEnumerable<string> names = path.SkipWhile(one => one != rule).Append(rule).Select(one => one.Name);
                throw Wrong(rule, $"it refers to itself: {string.Join(" -> ", names)}");
            }
            if (path.Count == MaxChecks)
            {
                throw TooLarge(path[0]);
            }
            path.Add(rule);
            int size = Link(rule.Check);
            path.RemoveAt(path.Count - 1);
            sizes.Add(rule, size);
            return size;
        }

        private int Link(Check check)
        {
            int size = 1;
            if (check is RuleCheck reference)
            {
                reference.Rule = rules.GetValueOrDefault(reference.Name) ?? throw Undefined(reference.Name);
                size += Link(reference.Rule);
            }
            // Who is an administrator cannot depend on who is one.
            else if (
                check is AttributeCheck { Name: AttributeCheck.IsAdmin }
                && rules.TryGetValue(ContextIsAdmin, out Rule? decides)
            )
            {
                size += Link(decides);
            }
            foreach (Check part in check.Parts)
            {
                size += Link(part);
            }
            return size <= MaxChecks ? size : throw TooLarge(path[0]);
        }

        private PolicyError Undefined(string name) =>
            Wrong(path[^1], $"it refers to rule:{name}, which is nowhere defined{Nearest.Hint(name, rules.Keys)}");

        private PolicyError TooLarge(Rule rule) =>
            Wrong(rule, $"with all that it refers to it comes to more than {MaxChecks} checks");

        // A default is well made: what is wrong with it is a file's rule further along.
        private PolicyError Wrong(Rule rule, string why)
        {
            Rule named = rule.Place is not null ? rule : path.LastOrDefault(one => one.Place is not null) ?? rule;
            return new PolicyError($"{named.Place}: rule '{named.Name}' cannot be used: {why}.");
        }
    }
}
