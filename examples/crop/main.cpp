// crop_demo: a Matrix application from end to end. See README.md for the way of a picture.
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <numeric>

#include "command_line.h"
#include "crop_writer.h"
#include "hiaiengine/api.h"
#include "host_engines.h"
#include "openmatrix/stats.h"
#include "send_retry.h"

namespace {

namespace fs = std::filesystem;

// As in crop.config.
constexpr uint32_t kGraph = 100;
constexpr uint32_t kSourceEngine = 1;
constexpr uint32_t kSinkEngine = 3;

void PrintError(const std::string& text) { std::fprintf(stderr, "crop_demo: %s\n", text.c_str()); }

bool Check(HIAI_StatusT status, const std::string& what) {
  if (status == HIAI_OK) return true;
  char code[16];
  std::snprintf(code, sizeof code, "0x%08x", status);
  PrintError(what + " failed: " + HIAI_GET_ERROR_STR(status) + " (" + code + ")");
  return false;
}

// Destroys the graph on every way out.
class RunningGraph {
 public:
  bool Create(const std::string& config) {
    if (!Check(HIAI_Init(0), "HIAI_Init")) return false;
    exists_ = Check(hiai::Graph::CreateGraph(config), "creating the graph of " + config);
    return exists_;
  }
  bool Destroy() {
    if (!exists_) return true;
    exists_ = false;
    return Check(hiai::Graph::DestroyGraph(kGraph), "destroying the graph");
  }
  ~RunningGraph() { Destroy(); }

 private:
  bool exists_ = false;
};

bool Send(hiai::Graph& graph, const std::shared_ptr<PictureJob>& job) {
  const HIAI_StatusT status = RetryWhileFull([&] {
    return graph.SendData({kGraph, kSourceEngine, 0}, "PictureJob", job);
  });
  return Check(status, job->path.empty() ? "ending the stream" : "sending " + job->path);
}

bool SendAll(hiai::Graph& graph, const CommandLine& line) {
  uint32_t id = 0;
  for (uint32_t round = 0; round < line.repeat; ++round) {
    for (const std::string& path : line.pictures) {
      auto job = std::make_shared<PictureJob>();
      job->id = id++;
      job->path = path;
      job->rectangles = line.rectangles;
      if (!Send(graph, job)) return false;
    }
  }
  return Send(graph, std::make_shared<PictureJob>());  // no path: that was the last one
}

// Everything between the first picture and the last answer.
bool CropAll(hiai::Graph& graph, const CommandLine& line, CropTally& tally) {
  auto writer = std::make_shared<CropWriter>(line.output, uint32_t(line.pictures.size()));
  if (!Check(hiai::Graph::SetDataRecvFunctor({kGraph, kSinkEngine, 0}, writer),
             "setting the receiver")) {
    return false;
  }
  const auto begin = std::chrono::steady_clock::now();
  if (!SendAll(graph, line)) return false;
  tally = writer->WaitForEnd();
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;

  const uint64_t expected = uint64_t{line.repeat} * line.pictures.size();
  if (!tally.ended || tally.answers() != expected) {
    PrintError(std::to_string(tally.answers()) + " answers to " + std::to_string(expected) +
               " pictures");
    return false;
  }
  if (tally.failures > 0) {
    PrintError(std::to_string(tally.failures) + " of " + std::to_string(expected) +
               " pictures failed");
    return false;
  }
  std::printf("%.0f frames/s with reading and writing of the files\n",
              static_cast<double>(expected) / time.count());
  return true;
}

// Asks the library what really happened: the last line is counted, not claimed.
bool PrintSummary(const CropTally& tally) {
  OpenmatrixMemoryStats stats{};
  stats.size = sizeof stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  if (openmatrix_get_memory_stats(&stats) != 0) {
    PrintError("the library does not tell its counters");
    return false;
  }
  const uint64_t copied =
      std::accumulate(std::begin(stats.copied_bytes), std::end(stats.copied_bytes), uint64_t{0});
  uint64_t live = 0;  // of the host and of all devices
  for (const OpenmatrixViewStats& view : stats.views) live += view.live_blocks;

  const std::string figures = std::to_string(tally.pictures) + " pictures, " +
                              std::to_string(tally.crops) + " crops, " + std::to_string(copied) +
                              " payload bytes copied, " + std::to_string(live) + " live blocks";
  // A picture and its crops are one payload each.
  if (copied != 0 || live != 0 || stats.shared_sends != 2 * tally.pictures) {
    PrintError("wrong at the end: " + figures + ", " + std::to_string(stats.shared_sends) +
               " payloads that crossed without a copy");
    return false;
  }
  std::printf("%s bytes crossed between host and device\n",
              std::to_string(stats.shared_bytes).c_str());
  std::printf("OK: %s\n", figures.c_str());
  return true;
}

bool Run(CommandLine& line) {
  // The library of the device is named relative to the working directory, so go where it is.
  const fs::path home = fs::canonical("/proc/self/exe").parent_path();
  std::string error;
  if (line.pictures.empty() && !AddPictures((home / "pictures").string(), line.pictures, error)) {
    PrintError(error);
    return false;
  }
  if (line.repeat > UINT32_MAX / line.pictures.size()) {
    PrintError("too many pictures");
    return false;
  }
  fs::create_directories(line.output);
  fs::current_path(home);

  RunningGraph running;
  if (!running.Create((home / "crop.config").string())) return false;
  const std::shared_ptr<hiai::Graph> graph = hiai::Graph::GetInstance(kGraph);
  if (graph == nullptr) {
    PrintError("crop.config has no graph " + std::to_string(kGraph));
    return false;
  }
  CropTally tally;
  if (!CropAll(*graph, line, tally)) return false;
  std::printf("crops are in %s\n", line.output.c_str());
  return running.Destroy() && PrintSummary(tally);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    CommandLine line;
    std::string error;
    if (!ParseCommandLine(argc, argv, line, error)) {
      PrintError(error);
      std::fputs(kUsage, stderr);
      return 1;
    }
    if (line.help) {
      std::fputs(kUsage, stdout);
      return 0;
    }
    return Run(line) ? 0 : 1;
  } catch (const std::exception& exception) {  // of std::filesystem, with the path in its text
    PrintError(exception.what());
    return 1;
  }
}
