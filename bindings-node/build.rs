//! Links the library the way Node wants it on each platform.
fn main() {
    napi_build::setup();
}
