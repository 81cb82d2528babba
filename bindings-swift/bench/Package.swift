// swift-tools-version:6.0
import PackageDescription

// A package of its own: it calls what only a library built with the feature `bench` has.
let package = Package(
    name: "bench",
    platforms: [.macOS(.v13)],
    dependencies: [.package(path: "../swift")],
    targets: [
        .executableTarget(
            name: "relcore-bench", dependencies: [.product(name: "Relcore", package: "swift")], path: "Sources")
    ]
)
