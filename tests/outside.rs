//! What needs other programs: python3 and node with what `.ci/run` installs, git, Mercurial, a browser. A test
//! says when it skips for want of one.

mod chain_of_trust;
mod checkout;
mod ci;
mod conformance_taskgraph;
mod corpus;
mod diff;
mod engines;
mod faults;
mod folder;
mod formats;
mod harness;
mod in_tree;
mod loaders;
mod lookups;
mod loopback;
mod multiple;
mod mutants;
mod needs;
mod page;
mod pages;
mod revisions;
mod rollout;
mod script;
mod storm;
mod support;
mod terminal;
mod upstreams;
