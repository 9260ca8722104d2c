namespace Holdfast.Core.Model;

/// <summary>The one domain of local identity: every project and user is in it.</summary>
public static class DefaultDomain
{
    public const string Id = "default";
    public const string Name = "Default";
}

/// <summary>A tenant. Its id is 32 lower-case hex digits with at least one letter.</summary>
public sealed record Project
{
    public required string Id { get; init; }

    /// <summary>Unique; 1 to 64 characters.</summary>
    public required string Name { get; init; }
    public string Description { get; init; } = "";
    public bool Enabled { get; init; } = true;

    /// <summary>Counts up whenever every token of the project has to end; a token names the count it was made at.</summary>
    public int TokenEpoch { get; init; }
}

/// <summary>A person or a program. Its id is 32 lower-case hex digits with at least one letter.</summary>
public sealed record User
{
    public required string Id { get; init; }

    /// <summary>Unique; 1 to 255 characters.</summary>
    public required string Name { get; init; }
    public string? Description { get; init; }
    public string? Email { get; init; }
    public string? DefaultProjectId { get; init; }
    public bool Enabled { get; init; } = true;

    /// <summary>See <see cref="Access.Passwords"/>; null for a user who cannot log in.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Counts up whenever every token of the user has to end; a token names the count it was made at.</summary>
    public int TokenEpoch { get; init; }
}

/// <summary>A name that policy gives a meaning to.</summary>
public sealed record Role(string Id, string Name, string? Description);

/// <summary>A user's role in a project, with the names beside the ids.</summary>
public sealed record RoleAssignment(
    string ProjectId,
    string ProjectName,
    string UserId,
    string UserName,
    string RoleId,
    string RoleName
);
