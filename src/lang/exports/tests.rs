//! What each language offers, on one screen.

use super::Export;

/// The offer in one line each: `name(parameter: type?)-> result`.
fn offered(path: &str, text: &str) -> Vec<String> {
    let language = crate::lang::of(&crate::RepoPath::from(path)).expect("a language");
    let exports = language.exports(text.as_bytes()).expect("reads");
    exports.offered.iter().map(written).collect()
}

fn written(export: &Export) -> String {
    let parameters = export.parameters.as_ref().map(|all| {
        let all: Vec<String> = all
            .iter()
            .map(|it| {
                let shape = it.shape.as_ref().map(|shape| format!(": {shape}")).unwrap_or_default();
                let (rest, optional) = (if it.is_rest { "*" } else { "" }, if it.is_optional { "?" } else { "" });
                format!("{rest}{}{shape}{optional}{}", it.name, if it.is_named { " by name" } else { "" })
            })
            .collect();
        format!("({})", all.join(", "))
    });
    let shape = export.shape.as_ref().map(|shape| format!(" -> {shape}")).unwrap_or_default();
    format!("{}{}{shape}", export.name, parameters.unwrap_or_default())
}

#[test]
fn rust() {
    let text = "pub fn f<T: Clone>(mut a: &str, b: Option<u8>) -> Result<T, E> {}
pub(crate) fn hidden() {}
pub struct S { pub a: u8, b: u8 }
impl S { pub fn new(a: u8) -> Self {} fn q() {} }
impl Clone for S { fn clone(&self) -> Self {} }
pub trait T { type Y; fn m(&self, a: u8) -> u8; fn n(self) {} }
pub enum K { A, B(u8) }
#[macro_export]
macro_rules! mm { () => {} }
macro_rules! own { () => {} }
#[cfg(test)]
mod tests { pub fn x() {} }
pub mod inner { pub const C: u8 = 1; }
#[doc(hidden)]
pub fn unsaid() {}
";
    let expected = [
        "f(a: &str, b: Option<u8>) -> Result<T, E>",
        "S",
        "S.a -> u8",
        "S.new(a: u8) -> Self",
        "T",
        "T.Y",
        "T.m(&self, a: u8) -> u8",
        "T.n(self)",
        "K",
        "K.A",
        "K.B",
        "mm",
        "inner.C -> u8",
    ];
    assert_eq!(offered("src/lib.rs", text), expected);
}

#[test]
fn javascript_and_typescript() {
    let text = "export function f(a: string, b?: number, c = 1, ...r: string[]): Promise<void> {}
export default class A { constructor(private x: string) {} m(a: string): void {} private n() {} #p() {} q?: string }
export const x: string = 'a', y = (a: string) => a;
export interface I { a: string; b?: number; m(x: string): void }
export type T = 'a' | 'b';
export { loc, other as named };
function loc(a: number) {}
function own() {}
";
    let expected = [
        "default",
        "default.constructor(x: string)",
        "default.m(a: string) -> void",
        "default.q -> string | undefined",
        "I",
        "I.a -> string",
        "I.b -> number | undefined",
        "I.m(x: string) -> void",
        "T -> 'a' | 'b'",
        "f(a: string, b: number?, c?, *: string[]?) -> Promise<void>",
        "loc(a: number)",
        "named",
        "x -> string",
        "y(a: string)",
    ];
    assert_eq!(offered("src/index.ts", text), expected);
    let text = "function f(a, b = 1, ...r) {}\nfunction g() {}\nmodule.exports = { f, h: g };\nexports.k = 1;\n";
    assert_eq!(offered("index.js", text), ["f(a, b?, *r?)", "h()", "k"]);
}

#[test]
fn python() {
    let text = "LIMIT: int = 1
def f(a, b: int, c=1, *args, k, l=2, **kw) -> int: pass
class A:
    def __init__(self, a): pass
    def m(self, x: int) -> str: pass
    def _p(self): pass
def _own(): pass
";
    let expected = [
        "LIMIT -> int",
        "f(a, b: int, c?, *args?, k by name, l? by name, *kw? by name) -> int",
        "A",
        "A.__init__(self, a)",
        "A.m(self, x: int) -> str",
    ];
    assert_eq!(offered("a.py", text), expected);
    assert_eq!(offered("a.py", "__all__ = ['f']\ndef f(): pass\ndef g(): pass\n"), ["f()"]);
}

#[test]
fn go() {
    let text = "package a
func F(a, b int, c ...string) (int, error) { return 1, nil }
func (s *S[T]) M(a string) error { return nil }
func (s own) M() {}
type S struct { A int; b string }
type I interface { M(a string) error }
const (
  X = iota
  y
)
";
    let expected = [
        "F(a: int, b: int, *c: string?) -> (int, error)",
        "S.M(a: string) -> error",
        "S",
        "S.A -> int",
        "I",
        "I.M(a: string) -> error",
        "X",
    ];
    assert_eq!(offered("a.go", text), expected);
}

#[test]
fn java_kotlin_and_scala() {
    let text = "package com.x;
public class A {
  public static final int X = 1;
  protected String y;
  public A(int a) {}
  public List<T> m(final String a, int... b) { return null; }
  private void p() {}
  void pkg() {}
  public interface In { void q(int a); }
  public enum E { ONE }
}
class Own { public void z() {} }
";
    let expected = [
        "com.x.A",
        "com.x.A.X -> int",
        "com.x.A.y -> String",
        "com.x.A.A(a: int)",
        "com.x.A.m(a: String, *b?) -> List<T>",
        "com.x.A.In",
        "com.x.A.In.q(a: int) -> void",
        "com.x.A.E",
        "com.x.A.E.ONE",
    ];
    assert_eq!(offered("A.java", text), expected);
    let text = "package com.x
fun f(a: String, b: Int = 1, vararg c: String): List<String> = listOf()
internal fun g() {}
data class D(val a: Int, val b: String = \"\") { companion object { fun of(): D = D(1) }
  private fun p() {} }
";
    let expected = [
        "com.x.f(a: String, b: Int?, *c: String?) -> List<String>",
        "com.x.D(a: Int, b: String?)",
        "com.x.D.of() -> D",
    ];
    assert_eq!(offered("a.kt", text), expected);
    let text = "package com.x
class A(val a: Int) { def m(a: Int, b: String = \"y\"): List[Int] = Nil
  private def p() = 1 }
object O { val v: Int = 1 }
";
    let expected = ["com.x.A(a: Int)", "com.x.A.m(a: Int, b: String?) -> List[Int]", "com.x.O", "com.x.O.v -> Int"];
    assert_eq!(offered("a.scala", text), expected);
}

#[test]
fn csharp_and_php() {
    let text = "namespace X.Y;
public class A {
  public const int C = 1;
  public async Task<int> M(string a, int b = 1, params string[] c) { }
  internal void I() {}
  void P() {}
  protected virtual void Q() {}
  public string Prop { get; set; }
}
public interface I { void M(int a); }
public enum E { One }
internal class Own { public void Z() {} }
";
    let expected = [
        "X.Y.A",
        "X.Y.A.C -> int",
        "X.Y.A.M(a: string, b: int?, *params?) -> Task<int>",
        "X.Y.A.Q() -> void",
        "X.Y.A.Prop -> string",
        "X.Y.I",
        "X.Y.I.M(a: int) -> void",
        "X.Y.E",
        "X.Y.E.One",
    ];
    assert_eq!(offered("a.cs", text), expected);
    let text = "<?php
namespace X\\Y;
class A { public const C = 1; private $y; public static function m(?string $a, int $b = 1): ?array {}
  private function p() {} function q() {} }
function f(array $a): int {}
";
    let expected =
        ["X.Y.A", "X.Y.A.C", "X.Y.A.m($a: ?string, $b: int?) -> ?array", "X.Y.A.q()", "X.Y.f($a: array) -> int"];
    assert_eq!(offered("a.php", text), expected);
}

#[test]
fn ruby_and_elixir() {
    let text = "module X
  class A
    VERSION = '1'
    attr_reader :a
    def m(a, b = 1, *c, d:, e: 2, &g); end
    def self.s(a); end
    private def r; end
    alias_method :old, :m
    private
    def p; end
  end
end
";
    let expected =
        ["X", "X.A", "X.A.VERSION", "X.A.a", "X.A.m(a, b?, *c?, d by name, e? by name, g?)", "X.A.s(a)", "X.A.old"];
    assert_eq!(offered("a.rb", text), expected);
    let text = "defmodule X.A do
  @doc \"x\"
  def f(a, b \\\\ 1) when is_integer(a), do: a
  def f(:x, _), do: 1
  defp p(a), do: a
  @doc false
  def hidden(a), do: a
  @callback cb(integer) :: integer
end
";
    assert_eq!(offered("a.ex", text), ["X.A", "X.A.f/1", "X.A.f/2", "X.A.callback cb"]);
}

#[test]
fn c_and_cpp() {
    let text = "#ifndef A_H
#define A_H
#define MOST 3
extern \"C\" {
API_EXPORT int f(const char *a, int b);
typedef struct { int a; } S;
struct T { int x; };
enum E { ONE };
static inline int g(void) { return 1; }
}
#endif
";
    let expected = ["MOST", "f(a: const char *, b: int) -> int", "S", "T", "T.x -> int", "E", "E.ONE", "g() -> int"];
    assert_eq!(offered("include/a.h", text), expected);
    let text = "namespace x::y {
template <typename T> class A : public B {
public:
  A(int a);
  int m(const std::string& a, int b = 1) const;
private:
  int p_;
};
namespace detail { void own(); }
}
";
    let expected = ["x.y.A", "x.y.A.A(a: int)", "x.y.A.m(a: const std::string &, b: int?) -> int"];
    assert_eq!(offered("include/a.hpp", text), expected);
}

#[test]
fn swift() {
    let text = "public func f(_ a: String, with b: Int = 1) -> [String] { [] }
public class A {
  public var x: Int
  public init(a: Int) {}
  func own() {}
}
public protocol P { func q(a: Int) }
extension A { public func ext() {} }
public enum E { case one, two(Int) }
";
    let expected = [
        "f(_: String, with: Int?) -> [String]",
        "A",
        "A.x -> Int",
        "A.init(a: Int)",
        "P",
        "P.q(a: Int)",
        "A.ext()",
        "E",
        "E.one",
        "E.two",
    ];
    assert_eq!(offered("a.swift", text), expected);
}

#[test]
fn what_is_passed_on() {
    let on = |path: &str, text: &str| {
        let language = crate::lang::of(&crate::RepoPath::from(path)).expect("a language");
        let exports = language.exports(text.as_bytes()).expect("reads");
        let all = exports.passed_on.into_iter();
        all.map(|it| format!("{} {} {}", it.from, it.name.unwrap_or("*".into()), it.alias.unwrap_or("*".into())))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        on("src/lib.rs", "pub use a::{B, c::D as E, f::*};\nuse own::G;\npub(crate) use own::H;"),
        ["a B B", "a::c D E", "a::f * *"]
    );
    assert_eq!(
        on("index.ts", "export { p, q as r } from './pq';\nexport * from './star';\nimport { z } from './z';"),
        ["./pq p p", "./pq q r", "./star * *"]
    );
    assert_eq!(on("a/__init__.py", "from .b import c, d as e\nfrom .g import *\n"), [".b c c", ".b d e", ".g * *"]);
}
