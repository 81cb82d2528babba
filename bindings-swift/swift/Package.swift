// swift-tools-version:6.0
import PackageDescription

// The native library is found through lib/pkgconfig/relcore.pc (PKG_CONFIG_PATH); `cargo xtask test swift` puts it into
// lib/. Apple platforms take it from an XCFramework instead: see .github/workflows/apple.yml.
let package = Package(
    name: "Relcore",
    platforms: [.macOS(.v13), .iOS(.v16), .tvOS(.v16), .watchOS(.v9)],
    products: [
        .library(name: "Relcore", targets: ["Relcore"]),
        .executable(name: "relcore-conformance", targets: ["relcore-conformance"]),
    ],
    targets: [
        .systemLibrary(name: "RelcoreFFI", pkgConfig: "relcore"),
        .target(name: "Relcore", dependencies: ["RelcoreFFI"]),
        .target(name: "RelcoreConformance", dependencies: ["Relcore"]),
        .executableTarget(name: "relcore-conformance", dependencies: ["RelcoreConformance"]),
        .executableTarget(name: "relcore-bench", dependencies: ["Relcore"]),
        .testTarget(name: "RelcoreTests", dependencies: ["Relcore", "RelcoreConformance"]),
    ]
)
