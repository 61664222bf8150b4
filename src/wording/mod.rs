//! Words that charts, the terminal and reports share: one phrase for each verdict, name and placement, and one set of
//! number formats. The sentence with which a report answers its question is in `report::page::answer`.

pub mod names;
pub mod numbers;
pub mod until;
pub mod verdicts;
