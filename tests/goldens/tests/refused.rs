//! Uses that must not compile are refused for the intended reason: these tests check directly which
//! traits a type implements. The module `refused_queries` of the library shows how such code looks.

use saponify::Record;
use saponify::generated::{HeaderOf, Key};
use saponify::salesforce::soql::{
    Field, Fields, Grouped, Literal, QueryText, Selectable, Soql, Ungrouped,
};
use saponify_goldens::tenant::{Account, AccountHistory, QueryOptions, SessionHeader, operations};

/// Whether a type implements a trait, as a constant. The inherent constant has priority over that
/// of the trait, and exists only if the bound holds.
macro_rules! holds {
    ($ty:ty: $($bound:tt)+) => {{
        #[allow(dead_code)]
        struct Asked<T: ?Sized>(std::marker::PhantomData<T>);
        #[allow(dead_code)]
        trait Otherwise {
            const HOLDS: bool = false;
        }
        impl<T: ?Sized> Otherwise for Asked<T> {}
        #[allow(dead_code)]
        impl<T: ?Sized + $($bound)+> Asked<T> {
            const HOLDS: bool = true;
        }
        <Asked<$ty>>::HOLDS
    }};
}

#[test]
fn only_fields_of_the_type_can_be_selected() {
    assert!(holds!(Key<Account, str>: Fields<Account, Ungrouped>));
    assert!(!holds!(Key<AccountHistory, str>: Fields<Account, Ungrouped>));
    assert!(!holds!((Key<Account, str>, Key<AccountHistory, str>): Fields<Account, Ungrouped>));
    assert!(!holds!(saponify::Parent<Account>: Selectable));
    assert!(!holds!(Record: Selectable));
    // Aggregate functions can be selected in grouped queries only.
    type Count = saponify::salesforce::soql::Function<Account, i64>;
    assert!(holds!(Count: Fields<Account, Grouped>));
    assert!(!holds!(Count: Fields<Account, Ungrouped>));
}

#[test]
fn only_values_of_the_kind_can_be_compared() {
    assert!(holds!(&'static str: Literal<str>) && holds!(Option<&'static str>: Literal<str>));
    assert!(!holds!(i32: Literal<str>) && !holds!(&'static str: Literal<saponify::salesforce::Id>));
    assert!(!holds!(saponify::salesforce::soql::DateLiteral: Literal<str>));
}

#[test]
fn only_paths_through_the_parents_type_lead_on() {
    assert!(holds!(Key<Account, str>: Field<Account, str>));
    assert!(!holds!(Key<AccountHistory, str>: Field<Account, str>));
}

#[test]
fn only_rows_of_the_query_come_out_of_it() {
    assert!(holds!(Soql<Account>: QueryText<Account>));
    assert!(!holds!(Soql<Account>: QueryText<AccountHistory>));
    assert!(!holds!(Soql<Account>: QueryText<Record>));
    assert!(
        holds!(Soql<Account, Grouped>: QueryText<Record>)
            && holds!(&'static str: QueryText<Account>)
    );
}

#[test]
fn only_headers_of_the_operation_go_with_its_calls() {
    assert!(holds!(SessionHeader: HeaderOf<operations::Create>));
    assert!(!holds!(QueryOptions: HeaderOf<operations::Create>));
}
