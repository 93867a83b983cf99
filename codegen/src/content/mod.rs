//! The content of a complex type as one list of members: those of the base first, then elements,
//! attributes and text.
//!
//! Sequences that occur once are opened. Occurrence is combined on the way down, so a member of an
//! optional sequence is optional. A choice, a sequence that repeats as a whole, a substitution group
//! and mixed content are [groups](Group): each is one member, which has members of its own.

mod arrays;
mod flatten;
mod member;
mod particles;
mod substitution;

pub(crate) use arrays::{is_array, keep_items};
pub(crate) use flatten::{Flatten, members, mixed_bases};
pub(crate) use member::{
    Group, GroupId, GroupKind, Groups, Loss, Member, NO_NS, NodeKind, Occurs, Target,
    ValueConstraint, member,
};
pub(crate) use substitution::{Substitutes, substitutes};
