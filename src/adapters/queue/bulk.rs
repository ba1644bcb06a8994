//! Many rows in one statement: fewer trips to the database's thread, in a few sizes so that the
//! prepared statements are found again.

const SIZES: [usize; 4] = [64, 16, 4, 1];

/// Cuts `items` into pieces of 64, 16, 4 and 1.
pub(super) fn pieces<T>(items: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = items;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rest.len())?;
        let (piece, others) = rest.split_at_checked(size)?;
        rest = others;
        Some(piece)
    })
}

/// `rows` bracketed lists of `columns` numbered parameters each: `($1, $2), ($3, $4)`.
pub(super) fn parameters(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let names: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", names.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_and_in_order() {
        let items: Vec<usize> = (0..151).collect();
        let sizes: Vec<usize> = pieces(&items).map(<[usize]>::len).collect();
        assert_eq!(sizes, [64, 64, 16, 4, 1, 1, 1]);
        assert_eq!(pieces(&items).flatten().copied().collect::<Vec<_>>(), items);
        assert_eq!(pieces(&[0_u8; 0]).count(), 0);
        assert_eq!(parameters(2, 2), "($1, $2), ($3, $4)");
    }
}
