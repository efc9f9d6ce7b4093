//! What is so of a kind, as a condition of a look-up.
use entity::email::{self, Kind};
use sea_orm::{
    ActiveEnum, Condition, DynIden, ExprTrait, Iterable,
    sea_query::{Expr, IntoIden},
};

/// Holds for messages of which this is so by their kind. Said by the kinds that it leaves out, in constants: else SQLite
/// does not see which index leaves out the same. What a newer Greenroom queued counts in.
pub(in crate::domain) fn of_kinds(is_so: fn(Kind) -> bool) -> Condition {
    of_kinds_in(email::Entity.into_iden(), is_so)
}

/// The same of the messages in a table of this name.
pub(in crate::domain) fn of_kinds_in(table: DynIden, is_so: fn(Kind) -> bool) -> Condition {
    Kind::iter()
        .filter(|kind| !is_so(*kind))
        .fold(Condition::all(), |all, kind| {
            let left_out = Expr::Constant(kind.to_value().into());
            all.add(Expr::col((table.clone(), email::Column::Kind)).ne(left_out))
        })
}
