// alloc_bench --candidate=<name> [Google Benchmark's options]: one candidate's part of the
// comparison of allocators. tools/bench runs it for each of them in turn.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "candidate.h"
#include "work.h"

namespace {

constexpr char kOption[] = "--candidate=";
constexpr char kTunables[] = "GLIBC_TUNABLES";

// Some peers keep more thread-local memory than glibc has ready for libraries that are loaded late;
// it is told at the start of a process only. All candidates get the same.
void StartWithRoomForThreadLocals(char** argv) {
  if (std::getenv(kTunables) != nullptr) return;
  setenv(kTunables, "glibc.rtld.optional_static_tls=16384", 1);
  execv("/proc/self/exe", argv);
  std::perror("alloc_bench: exec");
}

}  // namespace

int main(int argc, char** argv) {
  StartWithRoomForThreadLocals(argv);
  const char* name = "matrix";
  int kept = 0;
  for (int i = 0; i < argc; ++i) {
    if (std::strncmp(argv[i], kOption, sizeof kOption - 1) == 0) {
      name = argv[i] + sizeof kOption - 1;
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  if (!bench::Choose(name)) return 1;
  bench::StartBytes();
  benchmark::AddCustomContext("candidate", name);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
