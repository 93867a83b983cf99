//! The imports of a crate, read from its source: `use` declarations, and paths that begin with
//! `crate`, `super` or `self`.
//!
//! If a module re-exports a name, importing the name counts as an import of the file that declares
//! it. Code under `#[cfg(test)]` is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

/// An import of one file from another file of the same crate.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) from: PathBuf,
    pub(crate) to: PathBuf,
    line: usize,
    path: String,
}

impl Import {
    pub(crate) fn top_module_from(&self) -> Option<&str> {
        top_module(&self.from)
    }

    pub(crate) fn top_module_to(&self) -> Option<&str> {
        top_module(&self.to)
    }
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from.display(), self.to.display());
        write!(f, "{from}:{} -> {to} (`{}`)", self.line, self.path)
    }
}

/// The top module of a file, whose path is relative to `src`.
fn top_module(file: &Path) -> Option<&str> {
    let first = file.iter().next()?.to_str()?;
    match first.strip_suffix(".rs") {
        Some("lib" | "main") => None,
        Some(name) => Some(name),
        None => Some(first),
    }
}

type Module = Vec<String>;

/// The modules and imports of a crate.
#[derive(Debug)]
pub(crate) struct Crate {
    modules: BTreeMap<Module, PathBuf>,
    imports: Vec<Import>,
}

impl Crate {
    /// Reads the crate whose root files are in this folder.
    pub(crate) fn read(src: &Path) -> Self {
        let mut scan = Scan::default();
        // A program may have a library beside it; the modules of both are below one folder.
        let roots = ["lib.rs", "main.rs"].into_iter().map(PathBuf::from);
        let roots: Vec<PathBuf> = roots.filter(|file| src.join(file).is_file()).collect();
        assert!(!roots.is_empty(), "{} has no root file", src.display());
        for root in roots {
            scan.file(src, root, Vec::new());
        }
        let imports = scan
            .uses
            .iter()
            .filter_map(|found| scan.import(found))
            .collect();
        Self {
            modules: scan.modules,
            imports,
        }
    }

    /// Files and folders directly under `src` that contain modules, without the root file.
    pub(crate) fn top_modules(&self) -> Vec<String> {
        let top_modules: BTreeSet<&str> = self
            .modules
            .values()
            .filter_map(|file| top_module(file))
            .collect();
        top_modules.into_iter().map(str::to_owned).collect()
    }

    pub(crate) fn imports(&self) -> &[Import] {
        &self.imports
    }
}

#[derive(Default)]
struct Scan {
    modules: BTreeMap<Module, PathBuf>,
    /// Re-exports: a module and a name in it, and the path that the name stands for.
    reexports: BTreeMap<(Module, String), Module>,
    uses: Vec<Use>,
}

struct Use {
    file: PathBuf,
    line: usize,
    path: Module,
}

impl Scan {
    fn file(&mut self, src: &Path, file: PathBuf, module: Module) {
        let text = std::fs::read_to_string(src.join(&file)).expect("a source file is readable");
        let parsed = syn::parse_file(&text).expect("a source file is Rust");
        self.modules.insert(module.clone(), file.clone());
        let mut visitor = FileScan {
            scan: self,
            src,
            file,
            module,
        };
        visitor.visit_file(&parsed);
    }

    /// The file that a path leads to, or none if it leads to the same file or out of the crate.
    fn import(&self, found: &Use) -> Option<Import> {
        let to = self.target(&found.path, 0)?;
        (to != &found.file).then(|| Import {
            from: found.file.clone(),
            to: to.clone(),
            line: found.line,
            path: format!("crate::{}", found.path.join("::")),
        })
    }

    fn target(&self, path: &[String], depth: usize) -> Option<&PathBuf> {
        // The longest beginning of the path that is a module. The next segment is a name in it.
        let known = (0..=path.len())
            .rev()
            .find(|&n| self.modules.contains_key(&path[..n]))?;
        let module = &path[..known];
        if let Some(name) = path.get(known)
            && depth < 16
            && let Some(behind) = self.reexports.get(&(module.to_vec(), name.clone()))
        {
            let path: Module = behind.iter().chain(&path[known + 1..]).cloned().collect();
            return self.target(&path, depth + 1);
        }
        // A name of the root that is not re-exported is a macro, or is declared in the root itself.
        if module.is_empty() {
            return None;
        }
        self.modules.get(module)
    }
}

struct FileScan<'s> {
    scan: &'s mut Scan,
    src: &'s Path,
    file: PathBuf,
    module: Module,
}

impl FileScan<'_> {
    /// The path from the root, if it begins with `crate`, `super` or `self` or a child module.
    fn absolute(&self, path: &[String]) -> Option<Module> {
        let mut base = match path.first()?.as_str() {
            "crate" => Vec::new(),
            "self" | "super" => self.module.clone(),
            child => {
                let mut base = self.module.clone();
                base.push(child.to_owned());
                if !self.scan.modules.contains_key(&base) {
                    return None;
                }
                self.module.clone()
            }
        };
        for segment in path {
            match segment.as_str() {
                "crate" | "self" => {}
                "super" => {
                    base.pop();
                }
                name => base.push(name.to_owned()),
            }
        }
        Some(base)
    }

    fn note(&mut self, path: &[String], line: usize) {
        if let Some(path) = self.absolute(path) {
            let file = self.file.clone();
            self.scan.uses.push(Use { file, line, path });
        }
    }

    fn tree(&mut self, tree: &UseTree, before: &mut Vec<String>, public: bool) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(&path.tree, before, public);
                before.pop();
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(tree, before, public);
                }
            }
            UseTree::Name(name) => self.leaf(&name.ident, &name.ident, before, public),
            UseTree::Rename(rename) => self.leaf(&rename.ident, &rename.rename, before, public),
            UseTree::Glob(glob) => self.note(before, glob.star_token.spans[0].start().line),
        }
    }

    fn leaf(&mut self, name: &syn::Ident, alias: &syn::Ident, before: &[String], public: bool) {
        let mut path = before.to_vec();
        if name != "self" {
            path.push(name.to_string());
        }
        if public && let Some(path) = self.absolute(&path) {
            let key = (self.module.clone(), alias.to_string());
            self.scan.reexports.insert(key, path);
            // A re-export counts as an import of the file that uses the name.
            return;
        }
        self.note(&path, name.span().start().line);
    }

    /// Notes paths in the arguments of macros, which syn does not parse.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (n, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(ident) if ident == "crate" || ident == "super" => {
                    let dollar = |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == '$');
                    if n == 0 || !dollar(&tokens[n - 1]) {
                        let path = path_of(&tokens[n..]);
                        self.note(&path, ident.span().start().line);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The identifiers at the beginning of these tokens, as far as `::` joins them.
fn path_of(tokens: &[TokenTree]) -> Vec<String> {
    let mut path = Vec::new();
    let mut rest = tokens;
    while let [TokenTree::Ident(ident), after @ ..] = rest {
        path.push(ident.to_string());
        rest = match after {
            [TokenTree::Punct(a), TokenTree::Punct(b), after @ ..]
                if a.as_char() == ':' && b.as_char() == ':' =>
            {
                after
            }
            _ => break,
        };
    }
    path
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .meta
                .require_list()
                .is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for FileScan<'_> {
    fn visit_file(&mut self, file: &'ast syn::File) {
        // Modules are declared first, because a path may begin with the name of a module below it.
        for item in &file.items {
            if let Item::Mod(item) = item
                && item.content.is_none()
                && !is_test(&item.attrs)
            {
                self.declare(item);
            }
        }
        visit::visit_file(self, file);
    }

    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.content.is_some() {
            self.module.push(item.ident.to_string());
            self.scan
                .modules
                .entry(self.module.clone())
                .or_insert(self.file.clone());
            visit::visit_item_mod(self, item);
            self.module.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let public = !matches!(item.vis, syn::Visibility::Inherited);
        self.tree(&item.tree, &mut Vec::new(), public);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        if path.leading_colon.is_none() && segments.len() > 1 {
            let line = path.segments[0].ident.span().start().line;
            self.note(&segments, line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.tokens(item.tokens.clone());
        visit::visit_macro(self, item);
    }
}

impl FileScan<'_> {
    /// Reads the file of a module that is declared here.
    fn declare(&mut self, item: &syn::ItemMod) {
        let name = item.ident.to_string();
        let name = name.strip_prefix("r#").unwrap_or(&name);
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let stem = self
            .file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let inside = match stem {
            "lib" | "main" | "mod" => folder.to_path_buf(),
            stem => folder.join(stem),
        };
        let explicit = item
            .attrs
            .iter()
            .find(|attribute| attribute.path().is_ident("path"));
        let explicit =
            explicit.and_then(
                |attribute| match &attribute.meta.require_name_value().ok()?.value {
                    syn::Expr::Lit(syn::ExprLit {
                        lit: syn::Lit::Str(text),
                        ..
                    }) => Some(folder.join(text.value())),
                    _ => None,
                },
            );
        let candidates = [
            explicit.unwrap_or_default(),
            inside.join(format!("{name}.rs")),
            inside.join(name).join("mod.rs"),
        ];
        let found = candidates
            .into_iter()
            .find(|file| self.src.join(file).is_file());
        let file = found.expect("a declared module has a file");
        let mut module = self.module.clone();
        module.push(name.to_owned());
        let src = self.src.to_path_buf();
        self.scan.file(&src, file, module);
    }
}
