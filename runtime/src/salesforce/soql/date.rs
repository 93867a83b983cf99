//! Date literals.

use std::fmt;

macro_rules! date_literals {
    (
        plain { $($plain:ident = $name:literal,)* }
        counted { $($counted:ident = $counted_name:literal,)* }
    ) => {
        /// A range of days that has a name in SOQL. Days are those of the user's time zone. See
        /// "Date Formats and Date Literals" in the SOQL reference.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum DateLiteral {
            $(#[doc = concat!("`", $name, "`")] $plain,)*
            $(#[doc = concat!("`", $counted_name, ":n`")] $counted(u32),)*
        }

        impl fmt::Display for DateLiteral {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$plain => f.write_str($name),)*
                    $(Self::$counted(n) => write!(f, "{}:{n}", $counted_name),)*
                }
            }
        }
    };
}

date_literals! {
    plain {
        Yesterday = "YESTERDAY",
        Today = "TODAY",
        Tomorrow = "TOMORROW",
        LastWeek = "LAST_WEEK",
        ThisWeek = "THIS_WEEK",
        NextWeek = "NEXT_WEEK",
        LastMonth = "LAST_MONTH",
        ThisMonth = "THIS_MONTH",
        NextMonth = "NEXT_MONTH",
        Last90Days = "LAST_90_DAYS",
        Next90Days = "NEXT_90_DAYS",
        ThisQuarter = "THIS_QUARTER",
        LastQuarter = "LAST_QUARTER",
        NextQuarter = "NEXT_QUARTER",
        ThisYear = "THIS_YEAR",
        LastYear = "LAST_YEAR",
        NextYear = "NEXT_YEAR",
        ThisFiscalQuarter = "THIS_FISCAL_QUARTER",
        LastFiscalQuarter = "LAST_FISCAL_QUARTER",
        NextFiscalQuarter = "NEXT_FISCAL_QUARTER",
        ThisFiscalYear = "THIS_FISCAL_YEAR",
        LastFiscalYear = "LAST_FISCAL_YEAR",
        NextFiscalYear = "NEXT_FISCAL_YEAR",
    }
    counted {
        LastNDays = "LAST_N_DAYS",
        NextNDays = "NEXT_N_DAYS",
        NDaysAgo = "N_DAYS_AGO",
        LastNWeeks = "LAST_N_WEEKS",
        NextNWeeks = "NEXT_N_WEEKS",
        NWeeksAgo = "N_WEEKS_AGO",
        LastNMonths = "LAST_N_MONTHS",
        NextNMonths = "NEXT_N_MONTHS",
        NMonthsAgo = "N_MONTHS_AGO",
        LastNQuarters = "LAST_N_QUARTERS",
        NextNQuarters = "NEXT_N_QUARTERS",
        NQuartersAgo = "N_QUARTERS_AGO",
        LastNYears = "LAST_N_YEARS",
        NextNYears = "NEXT_N_YEARS",
        NYearsAgo = "N_YEARS_AGO",
        LastNFiscalQuarters = "LAST_N_FISCAL_QUARTERS",
        NextNFiscalQuarters = "NEXT_N_FISCAL_QUARTERS",
        NFiscalQuartersAgo = "N_FISCAL_QUARTERS_AGO",
        LastNFiscalYears = "LAST_N_FISCAL_YEARS",
        NextNFiscalYears = "NEXT_N_FISCAL_YEARS",
        NFiscalYearsAgo = "N_FISCAL_YEARS_AGO",
    }
}
