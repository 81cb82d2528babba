// swift-tools-version:6.0
import PackageDescription

// One package for all examples, so that the library is compiled once. Its folder is not `swift`: SwiftPM tells packages
// apart by the names of their folders.
let package = Package(
    name: "programs",
    platforms: [.macOS(.v13)],
    dependencies: [.package(path: "../../../bindings-swift/swift")],
    targets: ["canary", "release"].map { name in
        .executableTarget(name: name, dependencies: [.product(name: "Relcore", package: "swift")], path: name)
    }
)
