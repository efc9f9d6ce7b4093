//! Comparisons with values that stand in the statement itself.
use sea_orm::{
    ActiveEnum, ColumnTrait,
    sea_query::{Expr, ExprTrait},
};

/// Compares a column with values of an enum, written into the statement instead of bound to it. Bound, SQLite plans the
/// statement anew for each value, if the column is named in the condition of an index, because the index may be of use
/// for one value and not for another.
pub trait Constant: ColumnTrait {
    /// `column = 'value'`
    fn eq_const<V: ActiveEnum<Value = String>>(self, value: V) -> Expr {
        self.into_expr().eq(constant(value))
    }

    /// `column <> 'value'`
    fn ne_const<V: ActiveEnum<Value = String>>(self, value: V) -> Expr {
        self.into_expr().ne(constant(value))
    }

    /// `column IN ('value', …)`
    fn in_const<V: ActiveEnum<Value = String>>(self, values: impl IntoIterator<Item = V>) -> Expr {
        self.into_expr().is_in(values.into_iter().map(constant))
    }

    /// `column NOT IN ('value', …)`
    fn not_in_const<V: ActiveEnum<Value = String>>(
        self,
        values: impl IntoIterator<Item = V>,
    ) -> Expr {
        self.into_expr().is_not_in(values.into_iter().map(constant))
    }
}

impl<C: ColumnTrait> Constant for C {}

fn constant(value: impl ActiveEnum<Value = String>) -> Expr {
    Expr::Constant(value.to_value().into())
}
