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

    private RuleSet(Dictionary<string, Rule> rules, IReadOnlyList<string> doubts)
    {
        this.rules = rules.ToFrozenDictionary(StringComparer.Ordinal);
        Doubts = doubts;
    }

    /// <summary>In the order of their names.</summary>
    public IEnumerable<Rule> All => rules.Values.OrderBy(rule => rule.Name, StringComparer.Ordinal);

    /// <summary>What in the files is allowed and yet surely not meant: a name that no rule has, a check that never holds.</summary>
    public IReadOnlyList<string> Doubts { get; }

    public Rule? Find(string name) => rules.GetValueOrDefault(name);

    /// <summary>The rule that was probably meant by a name that none has; null when none is near.</summary>
    public string? Nearest(string name) => Policies.Nearest.Of(name, rules.Keys);

    /// <summary>The caller, with what the rules say of one once a request.</summary>
    public Caller Decide(Caller caller)
    {
        caller = caller with { IsAdmin = Allows(caller with { IsAdmin = false }, ContextIsAdmin) };
        return caller with { IsHostAdmin = Allows(caller, ContextIsHostAdmin) };
    }

    /// <param name="overrides">A later one wins over an earlier one of the same name.</param>
    /// <exception cref="PolicyError">
    /// A rule refers to one that is not there, or to itself, or is so large that asking it would take too long.
    /// </exception>
    public static RuleSet Build(IReadOnlyList<RuleDefault> defaults, IEnumerable<RuleOverride> overrides)
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
        Linker linker = new(byName, [.. defaults.Select(rule => rule.Name)]);
        foreach (Rule rule in byName.Values)
        {
            linker.Link(rule);
        }
        return new RuleSet(byName, linker.Doubts());
    }

    private bool Allows(Caller caller, string rule) =>
        rules[rule].Allows(new Question(caller, PolicyTarget.Of(caller)));

    /// <summary>Gives every <c>rule:</c> its rule, and counts what asking comes to.</summary>
    private sealed class Linker(Dictionary<string, Rule> rules, HashSet<string> defaults)
    {
        private readonly Dictionary<Rule, int> sizes = [];
        private readonly List<Rule> path = [];
        private readonly HashSet<string> referred = new(StringComparer.Ordinal);
        private readonly List<string> doubts = [];

        /// <summary>To be asked when all rules are linked.</summary>
        public List<string> Doubts()
        {
            IEnumerable<Rule> own = rules.Values.Where(rule => rule.Place is not null);
            Rule[] idle = [.. own.Where(rule => !defaults.Contains(rule.Name) && !referred.Contains(rule.Name))];
            doubts.AddRange(
                from rule in idle
                let near = Policies.Nearest.Of(rule.Name, defaults)
                where near is not null
                select $"{rule.Place}: no rule is called '{rule.Name}', and none refers to it; did you mean '{near}'?"
            );
            Rule[] others = [.. idle.Where(rule => Policies.Nearest.Of(rule.Name, defaults) is null)];
            if (others.Length > 0)
            {
                doubts.Add(
                    $"{others[0].Place}: nothing here asks for {string.Join(", ", others.Select(rule => $"'{rule.Name}'"))}, and no rule refers to it."
                );
            }
            return doubts;
        }

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
            if (check.Doubt is { } doubt && path[^1].Place is { } place)
            {
                doubts.Add($"{place}: rule '{path[^1].Name}': {doubt}.");
            }
            if (check is RuleCheck reference)
            {
                referred.Add(reference.Name);
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
            Wrong(
                path[^1],
                $"it refers to rule:{name}, which is nowhere defined{Policies.Nearest.Hint(name, rules.Keys)}"
            );

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
