// transfer_bench --candidate=<name> [--foreign] [Google Benchmark's options]: one candidate's part
// of the comparison of transports. tools/bench runs it for each of them in turn.
//
// Status 1 if a send failed or a first hop was copied. With --foreign each first hop is.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "matrix_candidate.h"
#include "work.h"

namespace {

constexpr char kOption[] = "--candidate=";

void Register(const std::string& candidate) {
  if (candidate == "floor_memcpy") {
    bench::RegisterMemcpy();
    return;
  }
  bench::RegisterPingPong();
  bench::RegisterPaced();
  bench::RegisterStream();
  bench::RegisterGraphs();
  if (candidate != "matrix") return;
  bench::RegisterCerealPingPong();
  bench::RegisterStreamsOfStyles();
  bench::RegisterStreamToHost();
  bench::RegisterForward();
}

bool Choose(const std::string& candidate) {
  if (candidate == "floor_memcpy" || bench::Choose(candidate)) return true;
  std::fprintf(stderr, "transfer_bench: no candidate \"%s\"; there are: floor_memcpy",
               candidate.c_str());
  for (const std::string& name : bench::CandidateNames()) std::fprintf(stderr, " %s", name.c_str());
  std::fprintf(stderr, "\n");
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  std::string candidate = "matrix";
  int kept = 0;
  for (int i = 0; i < argc; ++i) {
    if (std::strncmp(argv[i], kOption, sizeof kOption - 1) == 0) {
      candidate = argv[i] + sizeof kOption - 1;
    } else if (std::strcmp(argv[i], "--foreign") == 0) {
      bench::MakePayloadsForeign();
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  if (!Choose(candidate)) return 1;
  benchmark::AddCustomContext("candidate", candidate);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  Register(candidate);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return bench::Failed() ? 1 : 0;
}
