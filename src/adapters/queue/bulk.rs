//! Many rows in one statement: fewer trips to the database's thread, in a few sizes so that the
//! prepared statements are found again. Not more rows, because finding a parameter by its name takes
//! SQLite as long as there are parameters.

const SIZES: [usize; 3] = [16, 4, 1];

/// Cuts `items` into pieces of 16, 4 and 1.
pub(super) fn pieces<T>(items: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = items;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rest.len())?;
        let (piece, others) = rest.split_at_checked(size)?;
        rest = others;
        Some(piece)
    })
}

/// `rows` bracketed lists of `columns` numbered parameters each and what is `same` in all rows:
/// `($1, $2, same), ($3, $4, same)`.
pub(super) fn parameters(rows: usize, columns: usize, same: &str) -> String {
    let row = |row: usize| {
        let names: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({}, {same})", names.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_and_in_order() {
        let items: Vec<usize> = (0..39).collect();
        let sizes: Vec<usize> = pieces(&items).map(<[usize]>::len).collect();
        assert_eq!(sizes, [16, 16, 4, 1, 1, 1]);
        assert_eq!(pieces(&items).flatten().copied().collect::<Vec<_>>(), items);
        assert_eq!(pieces(&[0_u8; 0]).count(), 0);
        assert_eq!(parameters(2, 2, "0"), "($1, $2, 0), ($3, $4, 0)");
    }
}
