// swift-tools-version:6.0
import PackageDescription

let package = Package(
    name: "canary",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "Relcore", path: "../../bindings-swift/swift")],
    targets: [
        .executableTarget(
            name: "canary", dependencies: [.product(name: "Relcore", package: "Relcore")], path: "Sources")
    ]
)
