//! A handler whose signature tells what it takes and gives.

use super::{Described, Draft};
use crate::entry::api::error::ApiError;

/// An async function of described arguments that gives a described answer or an error of the API.
pub trait Endpoint<Args> {
    /// Adds its arguments and its answer to the operation.
    fn describe(draft: &mut Draft);
}

macro_rules! endpoint {
    ($($argument:ident),*) => {
        impl<F, Ends, Answer, $($argument),*> Endpoint<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> Ends,
            Ends: Future<Output = Result<Answer, ApiError>>,
            Answer: Described,
            $($argument: Described),*
        {
            fn describe(draft: &mut Draft) {
                $($argument::describe(draft);)*
                Answer::describe(draft);
            }
        }
    };
}

endpoint!();
endpoint!(A);
endpoint!(A, B);
endpoint!(A, B, C);
endpoint!(A, B, C, D);
endpoint!(A, B, C, D, E);
