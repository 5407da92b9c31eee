//! front.
#![allow(dead_code)]
mod bucket;
mod captcha;
mod challenge;
mod routing;
mod signatures;
