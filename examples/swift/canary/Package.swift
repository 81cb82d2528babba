// swift-tools-version:6.0
import PackageDescription

// The folder is `canary` and not `swift`: SwiftPM tells packages apart by the names of their folders.
let package = Package(
    name: "canary",
    platforms: [.macOS(.v13)],
    dependencies: [.package(path: "../../../bindings-swift/swift")],
    targets: [
        .executableTarget(
            name: "canary", dependencies: [.product(name: "Relcore", package: "swift")], path: ".",
            sources: ["main.swift"])
    ]
)
