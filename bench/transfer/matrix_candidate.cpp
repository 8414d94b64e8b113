// Ours: graphs with an engine on the host and one on a device, over the real libmatrix.so.
//
// The near end is the host's engine, the far end the device's (device.cpp). A workload's own thread
// sends with Graph::SendData, the near end with Engine::SendData, as applications do.
#include "matrix_candidate.h"

#include <google/protobuf/text_format.h>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>

#include "copy_audit.h"
#include "hiaiengine/api.h"
#include "hooks.h"
#include "proto/graph_config.pb.h"

namespace bench {
namespace {

constexpr std::uint32_t kHostEngine = 2;
constexpr std::uint32_t kDeviceEngine = 3;
bool foreign_payloads = false;

// -- lanes: two graphs each, of which the second is used by forwarding lanes only

class MatrixLane final : public Lane {
 public:
  MatrixLane(Near& near, std::uint8_t number) : near_(near), number_(number) {}
  ~MatrixLane() override;

  bool Create(const std::string& config);

  bool Send(const Order& order) override {
    const hiai::EnginePortID target{FirstGraph(number_), kDeviceEngine, 0};
    return SendOrder(Mine(order), [&](const char* type, const std::shared_ptr<void>& object) {
      return graph_->SendData(target, type, object, kForever);
    });
  }

  bool Await() override {
    std::unique_lock<std::mutex> lock(mutex_);
    ended_.wait(lock, [this] { return end_; });
    return !broken_;
  }

  // On the thread of the host's engine.
  void On(const Order& order, hiai::Engine& engine) {
    FromEngine sender(*this, engine);
    if (!near_.On(order, sender)) End(true);
  }

  static std::uint32_t FirstGraph(std::uint8_t number) { return 1 + 2u * number; }

 private:
  class FromEngine final : public Sender {
   public:
    FromEngine(MatrixLane& lane, hiai::Engine& engine) : lane_(lane), engine_(engine) {}
    bool Send(const Order& order) override {
      const bool well = SendOrder(lane_.Mine(order),
                                  [this](const char* type, const std::shared_ptr<void>& object) {
                                    return engine_.SendData(0, type, object, kForever);
                                  });
      if (!well) lane_.End(false);
      return well;
    }

   private:
    MatrixLane& lane_;
    hiai::Engine& engine_;
  };

  Order Mine(Order order) const {
    order.lane = number_;
    if (foreign_payloads && order.style == Style::kPlain) order.style = Style::kForeign;
    return order;
  }

  void End(bool well) {
    const std::lock_guard<std::mutex> lock(mutex_);
    end_ = true;
    if (!well) broken_ = true;
    ended_.notify_all();
  }

  Near& near_;
  const std::uint8_t number_;
  std::shared_ptr<hiai::Graph> graph_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  bool broken_ = false;
};

// Written before the lane's graphs are made, and read by their workers.
std::array<MatrixLane*, 256> lanes;

class BenchHost : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("BenchHost", BenchHost, 1) {
  const Order order = static_cast<const Parcel*>(arg0.get())->order;
  arg0.reset();  // its block goes back first, as it would in an application's next step
  lanes[order.lane]->On(order, *this);
  return HIAI_OK;
}

bool MatrixLane::Create(const std::string& config) {
  lanes[number_] = this;
  hiai::GraphConfigList list;
  if (!google::protobuf::TextFormat::ParseFromString(config, &list) ||
      hiai::Graph::CreateGraph(list) != HIAI_OK) {
    std::fprintf(stderr, "matrix: no graph of %s\n", config.c_str());
    return false;
  }
  graph_ = hiai::Graph::GetInstance(FirstGraph(number_));
  return true;
}

MatrixLane::~MatrixLane() {
  hiai::Graph::DestroyGraph(FirstGraph(number_));
  if (hiai::Graph::GetInstance(FirstGraph(number_) + 1) != nullptr) {
    hiai::Graph::DestroyGraph(FirstGraph(number_) + 1);
  }
}

// -- configurations

std::string GraphText(std::uint32_t graph, int device, const std::string& rest) {
  return "graphs { graph_id: " + std::to_string(graph) + " device_id: '" + std::to_string(device) +
         "' " + rest + " } ";
}

std::string HostEngine(std::size_t queue) {
  return "engines { id: 2 engine_name: 'BenchHost' side: HOST thread_num: 1 queue_size: " +
         std::to_string(queue) + " } ";
}

std::string DeviceEngine(const char* name, std::size_t queue) {
  return "engines { id: 3 engine_name: '" + std::string(name) +
         "' side: DEVICE thread_num: 1 so_name: '" OPENMATRIX_BENCH_DEVICE "' queue_size: " +
         std::to_string(queue) + " } ";
}

constexpr char kThere[] = "connects { src_engine_id: 2 target_engine_id: 3 } ";
constexpr char kBack[] = "connects { src_engine_id: 3 target_engine_id: 2 } ";

std::unique_ptr<Lane> Made(Near& near, std::uint8_t number, const std::string& config) {
  auto lane = std::make_unique<MatrixLane>(near, number);
  return lane->Create(config) ? std::move(lane) : nullptr;
}

// -- the candidate

class Matrix final : public Candidate {
 public:
  static std::unique_ptr<Candidate> Make() {
    return HIAI_Init(0) == HIAI_OK ? std::make_unique<Matrix>() : nullptr;
  }

  std::unique_ptr<Lane> Open(Near& near, std::size_t queue, std::uint8_t number) override {
    return Made(near, number,
                GraphText(MatrixLane::FirstGraph(number), 0,
                          HostEngine(queue) + DeviceEngine("BenchDevice", queue) + kThere + kBack));
  }

  void StartAudit() override { audit_ = CopyAudit(); }
  void FinishAudit(benchmark::State& state, std::uint64_t payloads) override {
    audit_.Finish(state, payloads);
  }

 private:
  CopyAudit audit_;
};

const AddCandidate kMatrix("matrix", Matrix::Make);

}  // namespace

std::unique_ptr<Lane> OpenForwardingLane(Near& near, std::size_t queue, std::uint8_t number) {
  const std::uint32_t first = MatrixLane::FirstGraph(number);
  const std::uint32_t second = first + 1;
  const auto to = [](std::uint32_t graph, std::uint32_t engine) {
    return "connects { src_engine_id: 3 target_graph_id: " + std::to_string(graph) +
           " target_engine_id: " + std::to_string(engine) + " } ";
  };
  const std::string forward = DeviceEngine("BenchForward", queue);
  return Made(
      near, number,
      GraphText(first, 0, HostEngine(queue) + forward + kThere + to(second, kDeviceEngine)) +
          GraphText(second, 1, forward + to(first, kHostEngine)));
}

void MakePayloadsForeign() { foreign_payloads = true; }

}  // namespace bench
