//! Reading an expression, each character once.
//!
//! The grammar is that of the crate's `interpreter/parser.rs`: which operator binds tighter, that a prefix
//! operator takes the value behind it before any `.`, `[` or call, and that an operator without a right
//! operand ends what is read. The crate's parser tries again from the start of a value up to four times
//! for each bracket around it. This one goes back over an operator at most, and keeps a row of operands as
//! a list, so that only brackets nest.

/// An expression.
#[derive(Debug, PartialEq)]
pub enum Node<'e> {
    /// `true`, `false`, `null`: none.
    Literal(Option<bool>),
    /// A number.
    Number(f64),
    /// A string.
    String(&'e str),
    /// A name.
    Name(&'e str),
    /// `[…]`.
    Array(Vec<Node<'e>>),
    /// `{…}`.
    Object(Vec<(&'e str, Node<'e>)>),
    /// `!`, `-` or `+` in front of a value.
    Prefix(char, Box<Node<'e>>),
    /// Operands joined by operators of one kind, from the left.
    Row(Box<Node<'e>>, Vec<(&'static str, Node<'e>)>),
    /// Operands joined by `**`, from the right.
    Power(Vec<Node<'e>>),
    /// A value and what is taken of it, one after the other.
    Steps(Box<Node<'e>>, Vec<Step<'e>>),
}

/// What is taken of a value.
#[derive(Debug, PartialEq)]
pub enum Step<'e> {
    /// `[…]`.
    Index(Node<'e>),
    /// `[…:…]`.
    Slice(Option<Node<'e>>, Option<Node<'e>>),
    /// `.name`.
    Dot(&'e str),
    /// `(…)`.
    Call(Vec<Node<'e>>),
}

/// Brackets around a value at most: calls of `as_slugid` are written with three for one.
const DEEPEST: usize = 200;

/// The infix operators, those that bind least first.
const ROWS: [&[&str]; 7] =
    [&["||"], &["&&"], &["in"], &["==", "!="], &["<=", ">=", "<", ">"], &["+", "-"], &["*", "/"]];

/// Reads the expression that `text` starts with; gives what is behind it. None where it starts with none.
pub fn parse(text: &str) -> Option<(Node<'_>, &str)> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let node = parser.expression()?;
    Some((node, &text[parser.at..]))
}

struct Parser<'e> {
    text: &'e str,
    at: usize,
    depth: usize,
}

impl<'e> Parser<'e> {
    fn rest(&self) -> &'e str {
        &self.text[self.at..]
    }

    fn skip(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    /// Goes over a sign, and the space around it, where it is next.
    fn eat(&mut self, sign: char) -> bool {
        self.skip();
        let is_next = self.rest().starts_with(sign);
        if is_next {
            self.at += sign.len_utf8();
            self.skip();
        }
        is_next
    }

    fn expression(&mut self) -> Option<Node<'e>> {
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        let node = self.row(0);
        self.depth -= 1;
        node
    }

    /// What `read` reads; where it reads nothing, as if it had not been asked.
    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let from = self.at;
        let found = read(self);
        if found.is_none() {
            self.at = from;
        }
        found
    }

    fn row(&mut self, level: usize) -> Option<Node<'e>> {
        let Some(signs) = ROWS.get(level) else { return self.power() };
        let first = self.row(level + 1)?;
        let mut others = Vec::new();
        while let Some(other) = self.attempt(|parser| {
            let rest = parser.rest();
            let sign = signs.iter().find(|sign| {
                rest.strip_prefix(**sign).is_some_and(|behind| match **sign {
                    "in" => !behind.starts_with(is_inside_a_name),
                    "*" => !behind.starts_with('*'),
                    _ => true,
                })
            })?;
            parser.at += sign.len();
            Some((*sign, parser.row(level + 1)?))
        }) {
            others.push(other);
        }
        Some(if others.is_empty() { first } else { Node::Row(Box::new(first), others) })
    }

    fn power(&mut self) -> Option<Node<'e>> {
        let mut operands = vec![self.steps()?];
        while let Some(operand) = self.attempt(|parser| {
            parser.rest().strip_prefix("**")?;
            parser.at += 2;
            parser.steps()
        }) {
            operands.push(operand);
        }
        if operands.len() == 1 { operands.pop() } else { Some(Node::Power(operands)) }
    }

    fn steps(&mut self) -> Option<Node<'e>> {
        let value = self.prefixed()?;
        let mut steps = Vec::new();
        while let Some(step) = self.attempt(Parser::step) {
            steps.push(step);
        }
        Some(if steps.is_empty() { value } else { Node::Steps(Box::new(value), steps) })
    }

    fn step(&mut self) -> Option<Step<'e>> {
        if self.eat('.') {
            return self.name().map(Step::Dot);
        }
        if self.eat('(') {
            return self.list(')').map(Step::Call);
        }
        if !self.eat('[') {
            return None;
        }
        let first = self.attempt(Parser::expression);
        match first {
            Some(index) if self.eat(']') => Some(Step::Index(index)),
            first if self.eat(':') => {
                let last = self.attempt(Parser::expression);
                self.eat(']').then_some(Step::Slice(first, last))
            }
            _ => None,
        }
    }

    fn prefixed(&mut self) -> Option<Node<'e>> {
        self.skip();
        let sign = self.rest().chars().next()?;
        if matches!(sign, '-' | '+') || sign == '!' && !self.rest().starts_with("!=") {
            self.at += 1;
            return Some(Node::Prefix(sign, Box::new(self.value()?)));
        }
        self.value()
    }

    fn value(&mut self) -> Option<Node<'e>> {
        self.skip();
        let rest = self.rest();
        let node = match rest.chars().next()? {
            '0'..='9' => {
                let digits = |text: &str| text.len() - text.trim_start_matches(is_digit).len();
                let mut len = digits(rest);
                if let Some(behind) = rest[len..].strip_prefix('.').filter(|b| digits(b) > 0) {
                    len += 1 + digits(behind);
                }
                self.at += len;
                Node::Number(rest[..len].parse().ok()?)
            }
            '"' | '\'' => Node::String(self.string()?),
            '(' => {
                self.at += 1;
                let inner = self.expression()?;
                self.eat(')').then_some(inner)?
            }
            '[' => {
                self.at += 1;
                Node::Array(self.list(']')?)
            }
            '{' => {
                self.at += 1;
                Node::Object(self.object()?)
            }
            _ => match self.name()? {
                "true" => Node::Literal(Some(true)),
                "false" => Node::Literal(Some(false)),
                "null" => Node::Literal(None),
                name => Node::Name(name),
            },
        };
        self.skip();
        Some(node)
    }

    fn string(&mut self) -> Option<&'e str> {
        let rest = self.rest();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let len = rest[1..].find(quote)?;
        self.at += len + 2;
        Some(&rest[1..=len])
    }

    fn name(&mut self) -> Option<&'e str> {
        let rest = self.rest();
        let is_name = rest.starts_with(|c: char| is_inside_a_name(c) && !is_digit(c));
        let name = &rest[..rest.len() - rest.trim_start_matches(is_inside_a_name).len()];
        self.at += name.len();
        self.skip();
        is_name.then_some(name)
    }

    fn list(&mut self, end: char) -> Option<Vec<Node<'e>>> {
        let mut items = Vec::new();
        if self.eat(end) {
            return Some(items);
        }
        loop {
            items.push(self.expression()?);
            match self.eat(',') {
                true => {}
                false => return self.eat(end).then_some(items),
            }
        }
    }

    fn object(&mut self) -> Option<Vec<(&'e str, Node<'e>)>> {
        let mut entries = Vec::new();
        if self.eat('}') {
            return Some(entries);
        }
        loop {
            self.skip();
            let key = self.attempt(Parser::string).or_else(|| self.name())?;
            if !self.eat(':') {
                return None;
            }
            entries.push((key, self.expression()?));
            match self.eat(',') {
                true => {}
                false => return self.eat('}').then_some(entries),
            }
        }
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn is_inside_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
