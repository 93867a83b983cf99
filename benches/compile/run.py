#!/usr/bin/env python3
"""Measures what generated code costs rustc, against the least that the same types can cost.

usage: benches/compile/run.py WSDL [--runtime DIR] [--root DIR] [--check] [--keep DIR] [VARIANT ...]

Each variant is built as a library crate of its own, after all of its dependencies:

  baseline    the same types as plain structs that derive Clone, Debug, Default and PartialEq, and
              cannot be decoded
  default     the output of saponify-codegen
  no-methods  the same with `methods = false`
  no-docs     the same with `docs = false`
  structs     (only on request) the output without operations and services: the types and their
              tables, with everything that encoding and decoding need
  derived     (only on request) a baseline for WSDLs without sObjects: the generated types, compiled
              with macros that only derive Clone, Debug, Default and PartialEq (`derived/`)

Prints user CPU seconds, the ratio to the first variant, the peak memory of rustc and the size of the
rlib. All variants are measured in one run on one machine. Bars: default at most 2.5 x baseline,
no-methods at most 1.0 x and 1.4 GB; structs at most 2.0 x derived."""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
XSD = '{http://www.w3.org/2001/XMLSchema}'
VARIANTS = {'baseline': None, 'default': [], 'no-methods': ['--no-methods'], 'no-docs': ['--no-docs']}
DERIVED = os.path.join(ROOT, 'benches', 'compile', 'derived', 'lib.rs')
KEYWORDS = set('as break const continue crate else enum extern false fn for if impl in let loop match mod '
               'move mut pub ref return self static struct super trait true type unsafe use where while '
               'async await dyn abstract become box do final macro override priv try typeof unsized '
               'virtual yield gen'.split())


def baseline(wsdl):
    """Writes a plain struct for every named complex type."""
    root = ET.parse(wsdl).getroot()
    types, rust = {}, {}
    for schema in root.iter(XSD + 'schema'):
        ns = schema.get('targetNamespace')
        for ty in schema.findall(XSD + 'complexType'):
            base = next((e.get('base') for e in ty.iter(XSD + 'extension')), None)
            fields = [(e.get('name'), e.get('type'), e.get('maxOccurs', '1'))
                      for e in ty.iter(XSD + 'element') if e.get('name') and e.get('type')]
            types[(ns, ty.get('name'))] = (base, fields)
    prefixes = dict(re.findall(r'xmlns:(\w+)="([^"]*)"', open(wsdl, encoding='utf-8', errors='replace').read(5000)))
    resolve = lambda name: (prefixes.get(name.split(':')[0]), name.split(':')[-1])
    for n, (ns, name) in enumerate(types):
        plain = re.sub(r'\W', '_', name)
        rust[(ns, name)] = plain if plain not in rust.values() else f'{plain}_{n}'
    simple = {'boolean': 'bool', 'int': 'i32', 'long': 'i64', 'double': 'f64', 'base64Binary': 'Vec<u8>'}

    def fields_of(key):
        base, own = types[key]
        return (fields_of(resolve(base)) if base and resolve(base) in types else []) + own

    out = []
    for key in types:
        out.append('#[derive(Clone, Debug, Default, PartialEq)]\npub struct %s {\n' % rust[key])
        seen = set()
        for name, ty, occurs in fields_of(key):
            ident = re.sub(r'\W', '_', re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', name)).lower()
            while ident in seen:
                ident += '_2'
            seen.add(ident)
            ident = f'r#{ident}' if ident in KEYWORDS else ident
            target = resolve(ty)
            inner = f'Box<{rust[target]}>' if target in rust else simple.get(target[1], 'String')
            wrap = 'Vec' if occurs != '1' else 'Option'
            out.append(f'    pub {ident}: {wrap}<{inner}>,\n')
        out.append('}\n\n')
    return ''.join(out)


def derive(proxies):
    """Removes tables and operations from generated files, and derives Debug for their types."""
    only(proxies, ['operations', 'service', 'tables'])
    for folder, _, files in os.walk(proxies):
        for file in files:
            path = os.path.join(folder, file)
            text = open(path).read().replace('#[derive(Clone, Default)]', '#[derive(Clone, Debug, Default, PartialEq)]')
            text = re.sub(r'((?:#\[non_exhaustive\]\n)?)pub enum', r'#[derive(Clone, Debug, PartialEq)]\n\1pub enum', text)
            used = lambda found: [name.strip() for name in found.group(1).split(',') if name.strip() not in ('', 'tables')]
            text = re.sub(r'use super::\{([^}]*)\};', lambda found: 'use super::{%s};' % ', '.join(used(found)), text)
            open(path, 'w').write(text.replace('use super::tables;', ''))


def only(proxies, left_out):
    """Removes modules from generated files, and declares only the remaining ones."""
    modules = {name.removesuffix('.rs') for name in os.listdir(proxies)} - {'mod'}
    for module in modules & set(left_out):
        path = os.path.join(proxies, module)
        shutil.rmtree(path) if os.path.isdir(path) else os.remove(f'{path}.rs')
    kept = sorted(modules - set(left_out))
    with open(os.path.join(proxies, 'mod.rs'), 'w') as root:
        root.write(''.join(f'pub mod {module};\n' for module in kept))


def run(command, cwd=None, env=None):
    """Runs a command; returns its user seconds and the peak kilobytes of its largest process."""
    child = subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(output.decode(errors='replace')[-4000:] + f'\n{command} failed')
    return usage.ru_utime, usage.ru_maxrss


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('wsdl')
    parser.add_argument('variants', nargs='*', default=list(VARIANTS))
    parser.add_argument('--runtime', default=os.path.join(ROOT, 'runtime'))
    parser.add_argument('--root', action='append', default=[])
    parser.add_argument('--check', action='store_true')
    parser.add_argument('--keep')
    args = parser.parse_args()
    work = args.keep or tempfile.mkdtemp(prefix='compile-bench-')
    env = dict(os.environ, CARGO_TARGET_DIR=os.path.join(work, 'target'), CARGO_INCREMENTAL='0')
    tool = dict(os.environ)
    run(['cargo', 'build', '-q', '--release', '-p', 'saponify-codegen', '--example', 'generate'], ROOT, tool)
    generate = os.path.join(tool.get('CARGO_TARGET_DIR', os.path.join(ROOT, 'target')), 'release/examples/generate')
    command = ['cargo', 'check' if args.check else 'build', '-q'] + ([] if args.check else ['--release'])
    floor = None
    print(f'{"variant":<12}{"user s":>8}{"ratio":>7}{"peak MB":>9}{"rlib MB":>9}{"source MB":>11}')
    for variant in args.variants:
        crate = os.path.join(work, variant)
        source = os.path.join(crate, 'src')
        shutil.rmtree(source, ignore_errors=True)
        os.makedirs(source)
        with open(os.path.join(crate, 'Cargo.toml'), 'w') as manifest:
            name = 'bench_' + variant.replace('-', '_')
            runtime = os.path.join(crate, 'derived') if variant == 'derived' else os.path.abspath(args.runtime)
            manifest.write(f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n'
                           f'saponify = {{ path = "{runtime}" }}\n\n[workspace]\n')
        lock = os.path.join(ROOT, 'Cargo.lock')
        if variant == 'derived':
            os.makedirs(os.path.join(runtime, 'src'), exist_ok=True)
            shutil.copy(DERIVED, os.path.join(runtime, 'src'))
            with open(os.path.join(runtime, 'Cargo.toml'), 'w') as manifest:
                manifest.write('[package]\nname = "saponify"\nversion = "0.0.0"\nedition = "2024"\n')
        elif os.path.exists(lock):
            shutil.copy(lock, crate)
        library = os.path.join(source, 'lib.rs')
        if variant == 'baseline':
            text = baseline(args.wsdl)
        else:
            options = [part for root in args.root for part in ('--root', os.path.abspath(root))]
            proxies = os.path.join(source, 'proxies')
            run([generate, os.path.abspath(args.wsdl), proxies] + VARIANTS.get(variant, []) + options)
            if variant == 'derived':
                derive(proxies)
            if variant == 'structs':
                only(proxies, ['operations', 'service'])
            text = 'pub mod proxies;\n'
        # The first build compiles the dependencies, so that the second one compiles the crate alone.
        open(library, 'w').write('')
        run(command, crate, env)
        open(library, 'w').write('#![allow(nonstandard_style, unused)]\n' + text)
        size = sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(source) for f in files)
        seconds, peak = run(command, crate, env)
        floor = floor or seconds
        rlib = os.path.join(env['CARGO_TARGET_DIR'], 'release', f'lib{name}.rlib')
        rlib = 0 if args.check else os.path.getsize(rlib) / 1e6
        print(f'{variant:<12}{seconds:>8.1f}{seconds / floor:>7.2f}{peak / 1000:>9.0f}{rlib:>9.1f}{size / 1e6:>11.1f}', flush=True)
    if not args.keep:
        shutil.rmtree(work)


main()
