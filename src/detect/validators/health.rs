//! Health-service numbers: NHS (England, Wales, Isle of Man), CHI (Scotland), Health and Care (Northern Ireland).

use super::compact::{repdigit_or_run, weighted};
use super::{Compact, Facts, Verdict};
use crate::model::Level;

/// Weights 10 to 1: a ten-digit number of the three services is right when the sum is a multiple of 11.
const TEN_TO_ONE: [u8; 10] = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];

/// NHS number: ten digits, modulus 11, in the ranges 400 000 0000–499 999 9999 and 600 000 0000–799 999 9999.
///
/// 9xx numbers are kept for tests (NHS Digital, Personal Demographics Service); 0–3xx belong to CHI and Health and Care;
/// 5xx and 8xx were never issued.
pub fn nhs(text: &str, _: &Facts) -> Verdict {
    let Some(digits) = Compact::digits::<10>(text) else {
        return Verdict::REJECT;
    };
    if !matches!(digits[0], 4 | 6 | 7 | 9) || digits.iter().all(|&d| d == digits[0]) {
        return Verdict::REJECT;
    }
    let verdict =
        Verdict::checked(weighted(&digits, &TEN_TO_ONE).is_multiple_of(11)).example(digits[0] == 9);
    if repdigit_or_run(&digits) {
        return verdict.cap(Level::Low);
    }
    verdict
}
