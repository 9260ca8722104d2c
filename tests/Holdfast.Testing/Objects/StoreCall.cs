namespace Holdfast.Testing.Objects;

public enum StoreCall
{
    Put,
    TryCreate,
    Read,
    Stat,
    List,
    Delete,
    RemoveUnfinished,
}
