//! That what must not compile does not, for the reason that it should: the traits themselves are
//! asked. See `refused_queries` in the library for how it looks.

use saponify::Record;
use saponify::generated::{HeaderOf, Key};
use saponify::salesforce::soql::{
    Field, Fields, Groups, Literal, QueryText, Selectable, Soql, Whole,
};
use saponify_goldens::tenant::{Account, AccountHistory, QueryOptions, SessionHeader, operations};

/// Whether a type has a trait, as a constant: the inherent one wins if its bound holds.
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
    assert!(holds!(Key<Account, str>: Fields<Account, Whole>));
    assert!(!holds!(Key<AccountHistory, str>: Fields<Account, Whole>));
    assert!(!holds!((Key<Account, str>, Key<AccountHistory, str>): Fields<Account, Whole>));
    assert!(!holds!(saponify::Parent<Account>: Selectable));
    assert!(!holds!(Record: Selectable));
    // Functions are of groups.
    type Count = saponify::salesforce::soql::Function<Account, i64>;
    assert!(holds!(Count: Fields<Account, Groups>));
    assert!(!holds!(Count: Fields<Account, Whole>));
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
        holds!(Soql<Account, Groups>: QueryText<Record>)
            && holds!(&'static str: QueryText<Account>)
    );
}

#[test]
fn only_headers_of_the_operation_go_with_its_calls() {
    assert!(holds!(SessionHeader: HeaderOf<operations::Create>));
    assert!(!holds!(QueryOptions: HeaderOf<operations::Create>));
}
