//! Rows of a result of the database.

use super::Fault;
use crate::connector::error::Kind;

/// A row with its values in the order of the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::connector) struct Row(Vec<Cell>);

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::connector) enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Row {
    pub(super) fn new(cells: Vec<Cell>) -> Self {
        Self(cells)
    }

    /// The value of a column.
    pub(in crate::connector) fn get<T: FromCell>(&self, column: usize) -> Result<T, Fault> {
        self.0
            .get(column)
            .and_then(T::from_cell)
            .ok_or_else(|| unexpected(column))
    }

    /// The text in a column, without copying it.
    pub(in crate::connector) fn text(&self, column: usize) -> Result<&str, Fault> {
        match self.0.get(column) {
            Some(Cell::Text(text)) => Ok(text),
            _ => Err(unexpected(column)),
        }
    }

    /// The bytes in a column, without copying them.
    pub(in crate::connector) fn bytes(&self, column: usize) -> Result<&[u8], Fault> {
        match self.0.get(column) {
            Some(Cell::Bytes(bytes)) => Ok(bytes),
            _ => Err(unexpected(column)),
        }
    }
}

/// Makes the error of an unexpected value, which only another program can have written.
fn unexpected(column: usize) -> Fault {
    let message = format!("column {column} has a value of an unexpected type");
    Fault::new(Kind::Store, message)
}

/// A type that a value can be converted to.
pub(in crate::connector) trait FromCell: Sized {
    /// Converts the value, if it is of this type.
    fn from_cell(cell: &Cell) -> Option<Self>;
}

impl FromCell for i64 {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Integer(value) => Some(*value),
            _ => None,
        }
    }
}

/// A count or a length, which is never negative.
impl FromCell for u64 {
    fn from_cell(cell: &Cell) -> Option<Self> {
        i64::from_cell(cell).map(i64::unsigned_abs)
    }
}

impl FromCell for u32 {
    fn from_cell(cell: &Cell) -> Option<Self> {
        i64::from_cell(cell)?.try_into().ok()
    }
}

impl FromCell for bool {
    fn from_cell(cell: &Cell) -> Option<Self> {
        i64::from_cell(cell).map(|value| value != 0)
    }
}

impl FromCell for String {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            cell => T::from_cell(cell).map(Some),
        }
    }
}
