// relcore-conformance PATH...: runs the cases in files and folders.
import Foundation
import RelcoreConformance

let outcome = runCases(Array(CommandLine.arguments.dropFirst()))
print("\(outcome.passed) passed, \(outcome.failed) failed")
exit(outcome.failed == 0 ? 0 : 1)
