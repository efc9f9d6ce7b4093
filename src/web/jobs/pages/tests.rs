//! How salaries are printed.
use super::*;

#[test]
fn a_salary_is_printed_with_what_is_known_of_it() {
    let of = |least, most| {
        salary(&job::Model {
            salary_min: least,
            salary_max: most,
            ..sample()
        })
    };
    assert_eq!(of(Some(150_000), Some(1_200_000)), "150,000–1,200,000 USD");
    assert_eq!(of(Some(900), Some(900)), "900 USD");
    assert_eq!(of(Some(1000), None), "from 1,000 USD");
    assert_eq!(of(None, Some(1000)), "up to 1,000 USD");
    assert_eq!(of(None, None), "");
}
