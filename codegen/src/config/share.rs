//! The options by which tenants share types.

use super::Config;

impl Config {
    /// The module for the types that are equal in several tenants of one crate. The tenants that name the same
    /// module share types, and must be generated together: by [`compile_all`](crate::compile_all) in a build
    /// script, or `Project::compile`. The module stands beside those of the tenants, which export its types.
    ///
    /// A type is shared if its code is the same in all of these tenants, and so is the code of all types that it
    /// refers to. Objects are not shared without [`share_objects`](Self::share_objects).
    ///
    /// ```
    /// let config = saponify_codegen::Config::new().share("common");
    /// # let _ = config;
    /// ```
    #[must_use]
    pub fn share(mut self, module: impl Into<String>) -> Self {
        self.share = Some(module.into());
        self
    }

    /// Whether objects are shared, too. Then the types of the crate depend on what the tenants have in common:
    /// one new field of `Account` in one tenant makes `Account`, and all objects that lead to it, two types.
    #[must_use]
    pub fn share_objects(mut self, share_objects: bool) -> Self {
        self.share_objects = share_objects;
        self
    }

    /// The module for shared types that was set.
    #[must_use]
    pub fn share_module(&self) -> Option<&str> {
        self.share.as_deref()
    }
}
