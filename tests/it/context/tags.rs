//! What is found in a small source of each language.

use bakeoff::engine::context::tags::{Kind, Language, TagParser, decode, encode};

/// Language, source, definitions as `line kind name first-last`, names that must be among the references.
type Case = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const CASES: &[Case] = &[
    (
        "a.rs",
        "use crate::time::{Clock, now};\n\npub struct Timer<T> {\n    clock: Clock,\n}\n\nimpl Tick for Timer {\n    \
         fn tick(&self) -> Moment {\n        self.clock.wait(now());\n        log!(\"x\")\n    }\n}\n\npub trait Tick {\n    \
         fn tick(&self) -> Moment;\n}\n\nconst MAX: u32 = 1;\nmacro_rules! log { () => {} }\nmod inner {\n    pub enum E { A }\n}\n",
        &[
            "3 Type Timer 3-5",
            "8 Function tick 8-11",
            "14 Type Tick 14-16",
            "15 Function tick 15-15",
            "18 Constant MAX 18-18",
            "19 Macro log 19-19",
            "20 Module inner 20-22",
            "21 Type E 21-21",
        ],
        &["Clock", "Moment", "log", "now", "wait"],
    ),
    (
        "a.py",
        "from shop import Price as P, Tax\n\nLIMIT = 3\n\n\nclass Cart(Base):\n    @cached\n    def total(self, tax: Tax) \
         -> Money:\n        return add(self.items.sum(), tax)\n\n\ndef helper():\n    pass\n",
        &["3 Constant LIMIT 3-3", "6 Type Cart 6-9", "8 Function total 8-9", "12 Function helper 12-13"],
        &["Base", "Money", "Price", "Tax", "add", "cached", "sum"],
    ),
    (
        "a.js",
        "import { price } from './price.js';\nexport const RATE = 2;\nexport function total(cart) {\n  return \
         price(cart.sum());\n}\nconst half = (n) => n / 2;\nclass Cart extends Base {\n  add(item) { return new \
         Item(item); }\n}\nmodule.exports.save = function () {};\n",
        &[
            "2 Constant RATE 2-2",
            "3 Function total 3-5",
            "6 Function half 6-6",
            "7 Type Cart 7-9",
            "8 Function add 8-8",
            "10 Function save 10-10",
        ],
        &["Base", "Item", "price", "sum"],
    ),
    (
        "a.ts",
        "import { Money } from './money';\nexport interface Priced { price(): Money }\nexport type Id = string;\nexport \
         enum Kind { A }\nexport abstract class Shop extends Store implements Priced {\n  abstract open(): void;\n  \
         price(): Money { return convert(this.id); }\n}\nnamespace deep {}\n",
        &[
            "2 Type Priced 2-2",
            "2 Function price 2-2",
            "3 Type Id 3-3",
            "4 Type Kind 4-4",
            "5 Type Shop 5-8",
            "6 Function open 6-6",
            "7 Function price 7-7",
            "9 Module deep 9-9",
        ],
        &["Money", "Priced", "Store", "convert"],
    ),
    (
        "a.tsx",
        "export const Page = (props: Props) => <Layout><Button onClick={save} /></Layout>;\nfunction save() { \
         useStore().flush(); }\n",
        &["1 Function Page 1-1", "2 Function save 2-2"],
        &["Button", "Layout", "Props", "flush", "useStore"],
    ),
    (
        "a.go",
        "package shop\n\nconst Max = 3\n\nvar (\n\tOpen = true\n)\n\ntype Cart struct{ items []Item }\n\ntype Store \
         interface {\n\tSave(c Cart) error\n}\n\nfunc (c *Cart) Total() Money {\n\treturn tax.Add(sum(c.items))\n}\n",
        &[
            "3 Constant Max 3-3",
            "6 Constant Open 6-6",
            "9 Type Cart 9-9",
            "11 Type Store 11-13",
            "12 Function Save 12-12",
            "15 Function Total 15-17",
        ],
        &["Add", "Item", "Money", "sum"],
    ),
    (
        "A.java",
        "package shop;\n\nimport shop.tax.Tax;\n\npublic class Cart extends Base implements Priced {\n  Cart() {}\n  \
         @Override\n  public Money total(Tax tax) {\n    return tax.add(new Sum(items));\n  }\n}\ninterface Priced { int \
         MAX = 1; Money total(Tax t); }\nenum Kind { SMALL }\nrecord Pair(int a) {}\n",
        &[
            "5 Type Cart 5-11",
            "6 Function Cart 6-6",
            "8 Function total 7-10",
            "12 Constant MAX 12-12",
            "12 Type Priced 12-12",
            "12 Function total 12-12",
            "13 Type Kind 13-13",
            "13 Constant SMALL 13-13",
            "14 Type Pair 14-14",
        ],
        &["Base", "Money", "Override", "Priced", "Sum", "Tax", "add"],
    ),
    (
        "a.c",
        "#define LIMIT 3\n#define TWICE(x) ((x) * 2)\nstruct node { struct node *next; };\ntypedef struct node \
         node_t;\nenum color { RED };\nint count(const node_t *head);\nstatic node_t *\nnext_of(node_t *n)\n{\n  return \
         check(n)->ops.step(n, RED);\n}\n",
        &[
            "1 Macro LIMIT 1-1",
            "2 Macro TWICE 2-2",
            "3 Type node 3-3",
            "4 Type node_t 4-4",
            "5 Constant RED 5-5",
            "5 Type color 5-5",
            "6 Function count 6-6",
            "8 Function next_of 7-11",
        ],
        &["RED", "check", "node", "node_t", "step"],
    ),
    (
        "a.cpp",
        "namespace shop {\nclass Cart : public Base {\n public:\n  Money total() const;\n  Cart& operator=(const \
         Cart&);\n  void add(Item i) { items.push(i); }\n};\nMoney Cart::total() const { return sum<Money>(tax::of(this)); \
         }\nusing Id = int;\ntemplate <typename T> T sum(T t) { return t; }\n}\n",
        &[
            "1 Module shop 1-11",
            "2 Type Cart 2-7",
            "4 Function total 4-4",
            "6 Function add 6-6",
            "8 Function total 8-8",
            "9 Type Id 9-9",
            "10 Function sum 10-10",
        ],
        &["Base", "Item", "Money", "of", "push", "sum", "tax"],
    ),
    (
        "a.h",
        "#pragma once\nclass Shape {\npublic:\n  virtual double area() const;\n};\n",
        &["2 Type Shape 2-5", "4 Function area 4-4"],
        &[],
    ),
    ("b.h", "struct list;\nint list_len(struct list *l);\n", &["2 Function list_len 2-2"], &["list"]),
    (
        "a.rb",
        "require 'tax'\n\nmodule Shop\n  LIMIT = 3\n\n  class Cart < Base\n    def total\n      Tax.add(sum, rate)\n    \
         end\n\n    def self.open\n      new\n    end\n  end\nend\n",
        &[
            "3 Module Shop 3-15",
            "4 Constant LIMIT 4-4",
            "6 Type Cart 6-14",
            "7 Function total 7-9",
            "11 Function open 11-13",
        ],
        &["Base", "Tax", "add", "rate", "sum"],
    ),
    (
        "a.php",
        "<?php\nnamespace Shop;\nuse Tax\\Rate;\nconst LIMIT = 3;\nclass Cart extends Base implements Priced {\n  use \
         Logs;\n  public function total(Rate $r): Money {\n    return add($this->sum(), Vat::of(new Item()));\n  \
         }\n}\ninterface Priced {}\ntrait Logs {}\nenum Kind { case Small; }\nfunction helper() {}\n",
        &[
            "4 Constant LIMIT 4-4",
            "5 Type Cart 5-10",
            "7 Function total 7-9",
            "11 Type Priced 11-11",
            "12 Type Logs 12-12",
            "13 Type Kind 13-13",
            "13 Constant Small 13-13",
            "14 Function helper 14-14",
        ],
        &["Base", "Item", "Logs", "Money", "Priced", "Rate", "Vat", "add", "of", "sum"],
    ),
    (
        "A.cs",
        "namespace Shop;\npublic class Cart : Base, IPriced {\n  public Money Limit { get; set; }\n  public Money \
         Total(Tax tax) {\n    return Vat.Add<Rate>(tax.Sum(), new Item());\n  }\n}\npublic interface IPriced { Money \
         Total(Tax t); }\npublic enum Kind { Small }\npublic record Pair(int A);\npublic struct Point {}\n",
        &[
            "2 Type Cart 2-7",
            "3 Constant Limit 3-3",
            "4 Function Total 4-6",
            "8 Type IPriced 8-8",
            "8 Function Total 8-8",
            "9 Type Kind 9-9",
            "9 Constant Small 9-9",
            "10 Type Pair 10-10",
            "11 Type Point 11-11",
        ],
        &["Add", "Base", "IPriced", "Item", "Money", "Rate", "Sum", "Tax", "Vat"],
    ),
];

#[test]
fn every_language_tells_its_definitions_and_references() {
    let mut parser = TagParser::default();
    for (path, source, definitions, references) in CASES {
        let tags = parser.tags(Language::of(path).unwrap(), source.as_bytes());
        let found: Vec<String> = tags
            .definitions
            .iter()
            .map(|d| format!("{} {:?} {} {}-{}", d.line, d.kind, d.name, d.first, d.last))
            .collect();
        assert_eq!(found, *definitions, "{path}");
        let names: Vec<&str> = tags.references.iter().map(|(name, _)| *name).collect();
        for name in *references {
            assert!(names.contains(name), "{path}: {name} is not among {names:?}");
        }
        assert!(!tags.cut, "{path}");
        assert_eq!(decode(&encode(&tags)).as_ref(), Some(&tags), "{path}");
    }
}

#[test]
fn a_name_used_twice_counts_twice_and_its_own_definition_is_no_use() {
    let source = b"def part():\n    pass\n\n\ndef whole():\n    part()\n    return part()\n";
    let tags = TagParser::default().tags(Language::Python, source);
    assert_eq!(tags.references, [("part", 2)]);
    assert!(tags.definitions.iter().all(|d| d.kind == Kind::Function));
}

#[test]
fn every_query_fits_its_grammar_and_has_a_version_of_its_own() {
    let mut versions: Vec<u64> = Language::ALL.iter().map(|language| language.version()).collect();
    assert!(versions.iter().all(|version| *version != 0), "{versions:?}");
    versions.sort_unstable();
    versions.dedup();
    assert_eq!(versions.len(), Language::ALL.len());
}

#[test]
fn endings_tell_the_language() {
    for (path, language) in [
        ("src/main.rs", Some(Language::Rust)),
        ("a/b.MJS", Some(Language::JavaScript)),
        ("x.d.ts", Some(Language::TypeScript)),
        ("x.tsx", Some(Language::Tsx)),
        ("inc/x.h", Some(Language::Header)),
        ("x.hpp", Some(Language::Cpp)),
        ("lib/tasks/x.rake", Some(Language::Ruby)),
        ("README", None),
        ("rs", None),
        ("x.md", None),
        ("folder.rs/notes", None),
    ] {
        assert_eq!(Language::of(path), language, "{path}");
    }
}
