#include "support.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>
#include <utility>

namespace contract {
namespace {

// Not a time that is asserted: a test that comes here has failed, and says so before ctest kills.
constexpr std::chrono::seconds kPatience{60};

const char kConnections[] =
    "connects { src_engine_id: 1 src_port_id: 0 target_engine_id: 2 }"
    "connects { src_engine_id: 2 src_port_id: 0 target_engine_id: 3 }"
    "connects { src_engine_id: 1 src_port_id: 1 target_engine_id: 3 }"
    "connects { src_engine_id: 2 src_port_id: 1 target_engine_id: 4 }"
    "connects { src_engine_id: 1 src_port_id: 2 target_engine_id: 2 }"
    "connects { src_engine_id: 1 src_port_id: 2 target_engine_id: 4 }"
    "connects { src_engine_id: 2 src_port_id: 2 target_engine_id: 1 }"
    "connects { src_engine_id: 2 src_port_id: 2 target_engine_id: 3 }"
    "connects { src_engine_id: 1 src_port_id: 3 target_engine_id: 3 }"
    "connects { src_engine_id: 1 src_port_id: 3 target_engine_id: 2 }"
    "connects { src_engine_id: 1 src_port_id: 3 target_engine_id: 4 }";

}  // namespace

std::string DeviceLibrary() { return "so_name: \"" OPENMATRIX_TEST_DEVICE_DOOR "\" "; }

HIAI_StatusT CreateFromText(const std::string& text) {
  const std::string path =
      testing::TempDir() + "contract_" + std::to_string(::getpid()) + ".config";
  {
    std::ofstream file(path);
    file << text;
  }
  const HIAI_StatusT status = hiai::Graph::CreateGraph(path);
  std::remove(path.c_str());
  return status;
}

OpenmatrixMemoryStats Stats() {
  OpenmatrixMemoryStats stats{};
  stats.size = sizeof stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  EXPECT_EQ(openmatrix_get_memory_stats(&stats), 0);
  return stats;
}

std::uint64_t LiveBlocks() {
  const OpenmatrixMemoryStats stats = Stats();
  return stats.views[0].live_blocks + stats.views[1].live_blocks;
}

bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

void Inbox::Put(std::uint32_t port, const std::shared_ptr<void>& message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  messages_.emplace_back(port, message);
  changed_.notify_all();
}

std::shared_ptr<void> Inbox::Take(std::uint32_t* port) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [this] { return !messages_.empty(); })) return nullptr;
  const auto front = messages_.front();
  messages_.pop_front();
  if (port != nullptr) *port = front.first;
  return front.second;
}

void Gate::Wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  ++waiting_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_; });
}

void Gate::Open() {
  const std::lock_guard<std::mutex> lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::WaitForSomebody() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return waiting_ > 0; });
}

void ContractGraph::TearDown() {
  for (const std::shared_ptr<Gate>& gate : gates_) gate->Open();
  Destroy();
  for (const std::uint32_t engine : {1u, 2u, 3u, 4u}) {
    HostDoor().set_handler(engine, nullptr);
    DeviceDoor().set_handler(engine, nullptr);
  }
  HostDoor().set_modes(SerializeMode::kNormal, DeserializeMode::kDFree);
  DeviceDoor().set_modes(SerializeMode::kNormal, DeserializeMode::kDFree);
}

void ContractGraph::Create(std::uint32_t queue_size) {
  DeviceDoor();
  const std::string queue = "queue_size: " + std::to_string(queue_size) + " ";
  const std::string host = " engine_name: \"Node\" side: HOST " + queue + "} ";
  const std::string device = " engine_name: \"Node\" " + DeviceLibrary() + queue + "} ";
  ASSERT_EQ(
      CreateFromText("graphs { graph_id: 1 engines { id: 1" + host + "engines { id: 2" + device +
                     "engines { id: 3" + host + "engines { id: 4" + device + kConnections + " }"),
      HIAI_OK);
  start_ = Stats();
}

OpenmatrixMemoryStats ContractGraph::Counted() const {
  OpenmatrixMemoryStats counted = Stats();
  counted.shared_sends -= start_.shared_sends;
  counted.shared_bytes -= start_.shared_bytes;
  for (int i = 0; i < OPENMATRIX_COPY_ROOM; ++i) counted.copies[i] -= start_.copies[i];
  counted.bad_frees -= start_.bad_frees;
  counted.waits -= start_.waits;
  for (int i = 0; i < OPENMATRIX_VIEWS; ++i) {
    counted.views[i].allocations -= start_.views[i].allocations;
    counted.views[i].frees -= start_.views[i].frees;
  }
  return counted;
}

std::uint64_t Copies(const OpenmatrixMemoryStats& stats) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : stats.copies) sum += count;
  return sum;
}

void ContractGraph::Destroy() {
  if (hiai::Graph::GetInstance(kGraph) == nullptr) return;
  EXPECT_EQ(hiai::Graph::DestroyGraph(kGraph), HIAI_OK);
}

std::shared_ptr<Inbox> ContractGraph::Collect(std::uint32_t engine) {
  auto inbox = std::make_shared<Inbox>();
  DoorOf(engine).set_handler(engine, inbox->Collect());
  return inbox;
}

std::shared_ptr<Gate> ContractGraph::Hold(std::uint32_t engine,
                                          const std::shared_ptr<Inbox>& inbox) {
  auto gate = std::make_shared<Gate>();
  gates_.push_back(gate);
  DoorOf(engine).set_handler(engine, [gate, inbox](hiai::Engine&, std::uint32_t port,
                                                   const std::shared_ptr<void>& message) {
    gate->Wait();
    inbox->Put(port, message);
    return HIAI_StatusT{HIAI_OK};
  });
  return gate;
}

}  // namespace contract
