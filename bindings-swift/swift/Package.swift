// swift-tools-version:6.0
import Foundation
import PackageDescription

// On Apple's platforms the native library is an XCFramework in this folder, built by .github/workflows/apple.yml. Without an
// XCFramework, SwiftPM finds the library through lib/pkgconfig/relcore.pc (PKG_CONFIG_PATH); `cargo xtask test swift` copies
// it into lib/.
let framework = "RelcoreFFI.xcframework"
let isThere = FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/\(framework)")
let native: Target =
    isThere
    ? .binaryTarget(name: "RelcoreFFI", path: framework)
    : .systemLibrary(name: "RelcoreFFI", pkgConfig: "relcore")

let package = Package(
    name: "Relcore",
    platforms: [.macOS(.v13), .iOS(.v16), .tvOS(.v16), .watchOS(.v9)],
    products: [
        .library(name: "Relcore", targets: ["Relcore"]),
        .executable(name: "relcore-conformance", targets: ["relcore-conformance"]),
    ],
    targets: [
        native,
        .target(name: "Relcore", dependencies: ["RelcoreFFI"]),
        .target(name: "RelcoreConformance", dependencies: ["Relcore"]),
        .executableTarget(name: "relcore-conformance", dependencies: ["RelcoreConformance"]),
        .testTarget(name: "RelcoreTests", dependencies: ["Relcore", "RelcoreConformance"]),
    ]
)
