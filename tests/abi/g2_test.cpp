// An application whose objects were compiled in 2019: against the headers in g2/ and nothing of
// ours, linked with libmatrix.so, and it runs.
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "../stderr_capture.h"
#include "by_value_findings.h"
#include "g2/engine.h"
#include "g2/multitype_queue.h"
#include "g2_messages.h"

// Main and engines in one file, as in small applications.
class G2Entry : public hiai::Engine {
  HIAI_DEFINE_PROCESS(2, 2)
};

HIAI_IMPL_ENGINE_PROCESS("G2Entry", G2Entry, 2) {
  HIAI_StatusT status = HIAI_OK;
  if (arg0 != nullptr) status = SendData(0, "G2Frame", arg0);
  if (arg1 != nullptr) status = SendData(1, "G2Note", arg1);
  return status;
}

struct G2Result {
  std::shared_ptr<G2Frame> frame;
  std::shared_ptr<G2Note> note;
  uint32_t graph_id = 0;
  uint32_t queue_size = 0;
};

class G2Exit : public hiai::Engine {
 public:
  G2Exit() : queue_(2) {}
  HIAI_DEFINE_PROCESS(2, 1)

 private:
  hiai::MultiTypeQueue queue_;
};

HIAI_IMPL_ENGINE_PROCESS("G2Exit", G2Exit, 2) {
  queue_.PushData(0, arg0);
  queue_.PushData(1, arg1);
  std::shared_ptr<G2Result> result = std::make_shared<G2Result>();
  if (!queue_.PopAllData(result->frame, result->note)) return HIAI_OK;
  result->graph_id = GetGraphId();
  result->queue_size = GetQueueMaxSize();
  return SendData(0, "G2Result", result);
}

enum { G2_APPLICATION_CODE_CODE = 7 };
HIAI_DEF_ERROR_CODE(0x6001, 3, G2_APPLICATION_CODE, "a code of the application's own")

namespace {

const uint32_t kGraph = 100;
const uint32_t kEntry = 1;
const uint32_t kExit = 3;

class Receiver : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const std::shared_ptr<void>& message) override {
    std::lock_guard<std::mutex> lock(mutex_);
    results_.push_back(std::static_pointer_cast<G2Result>(message));
    arrived_.notify_all();
    return HIAI_OK;
  }

  bool WaitFor(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    return arrived_.wait_for(lock, std::chrono::seconds(60),
                             [&] { return results_.size() >= count; });
  }

  std::vector<std::shared_ptr<G2Result>> Take() {
    std::lock_guard<std::mutex> lock(mutex_);
    return results_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::shared_ptr<G2Result>> results_;
};

class OldApplication : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(HIAI_Init(0), HIAI_OK);
    ASSERT_EQ(hiai::Graph::CreateGraph(G2_CONFIG), HIAI_OK);
    graph_ = hiai::Graph::GetInstance(kGraph);
    ASSERT_NE(graph_, nullptr);
    receiver_ = std::make_shared<Receiver>();
    ASSERT_EQ(hiai::Graph::SetDataRecvFunctor(Port(kExit, 0), receiver_), HIAI_OK);
  }

  void TearDown() override { EXPECT_EQ(hiai::Graph::DestroyGraph(kGraph), HIAI_OK); }

  static hiai::EnginePortID Port(uint32_t engine, uint32_t port) {
    hiai::EnginePortID id;
    id.graph_id = kGraph;
    id.engine_id = engine;
    id.port_id = port;
    return id;
  }

  std::shared_ptr<hiai::Graph> graph_;
  std::shared_ptr<Receiver> receiver_;
};

TEST_F(OldApplication, SendsAFastAndACerealTypeToTheDeviceAndBack) {
  const uint32_t kBytes = 300000;
  std::shared_ptr<G2Note> note = std::make_shared<G2Note>();
  note->text = "picture";

  ASSERT_EQ(graph_->SendData(Port(kEntry, 0), "G2Frame", G2MakeFrame(kBytes, 0x0F)), HIAI_OK);
  ASSERT_EQ(graph_->SendData(Port(kEntry, 1), "G2Note", note), HIAI_OK);
  ASSERT_TRUE(receiver_->WaitFor(1));

  const std::shared_ptr<G2Result> result = receiver_->Take()[0];
  EXPECT_EQ(result->note->text, "picture sound released");
  ASSERT_EQ(result->frame->bytes, kBytes);
  EXPECT_EQ(std::string(result->frame->data.get(), result->frame->data.get() + kBytes),
            std::string(kBytes, static_cast<char>(0xF0)));
  EXPECT_EQ(result->graph_id, kGraph);
  EXPECT_EQ(result->queue_size, 200u);
}

TEST_F(OldApplication, RegistersBySixFunctionsOfItsOwnInlineCodeOnEachSide) {
  ASSERT_EQ(graph_->SendData(Port(kEntry, 0), "G2Frame", G2MakeFrame(64, 1)), HIAI_OK);
  ASSERT_EQ(graph_->SendData(Port(kEntry, 1), "G2Note", std::make_shared<G2Note>()), HIAI_OK);
  ASSERT_TRUE(receiver_->WaitFor(1));

  EXPECT_EQ(g2::InlineRegistrations(), 6);
  EXPECT_EQ(receiver_->Take()[0]->note->number, 6u);
  EXPECT_TRUE(HIAIDataTypeFactory::GetInstance()->GetSerializeFunc("G2Frame"));
  EXPECT_TRUE(HIAIDataTypeFactory::GetInstance()->GetDesearFunc("G2Note"));
  EXPECT_TRUE(HIAIDataTypeFactory::GetInstance()->GetConvcFunc("G2Note"));
}

TEST_F(OldApplication, FreesOfSentBlocksComeLateAndAreRefused) {
  const uint32_t before = G2Frees::Refused();
  std::shared_ptr<G2Frame> frame = G2MakeFrame(4096, 7);

  ASSERT_EQ(graph_->SendData(Port(kEntry, 0), "G2Frame", frame), HIAI_OK);
  frame.reset();
  ASSERT_EQ(graph_->SendData(Port(kEntry, 1), "G2Note", std::make_shared<G2Note>()), HIAI_OK);
  ASSERT_TRUE(receiver_->WaitFor(1));
  ASSERT_EQ(hiai::Graph::DestroyGraph(kGraph), HIAI_OK);
  ASSERT_EQ(hiai::Graph::CreateGraph(G2_CONFIG), HIAI_OK);  // for TearDown

  EXPECT_EQ(G2Frees::Refused(), before + 1);
}

TEST_F(OldApplication, SendsThroughTheCFunctions) {
  HIAI_PortID_t port;
  port.graph_id = kGraph;
  port.engine_id = kEntry;
  port.port_id = 1;
  G2Note note;
  note.text = "from C";
  std::shared_ptr<void> frame = G2MakeFrame(128, 0);
  HIAI_PortID_t frame_port = port;
  frame_port.port_id = 0;

  EXPECT_EQ(HIAI_SendData(frame_port, "G2Frame", frame, 500), HIAI_OK);
  EXPECT_EQ(HIAI_C_SendData(port, "G2Note", 6, &note), HIAI_OK);
  ASSERT_TRUE(receiver_->WaitFor(1));

  EXPECT_EQ(receiver_->Take()[0]->note->text.substr(0, 6), "from C");
}

TEST_F(OldApplication, FindsItsEngineBehindTheGraph) {
  const std::shared_ptr<hiai::Engine> entry = graph_->GetEngine(kEntry);

  ASSERT_NE(dynamic_cast<G2Entry*>(entry.get()), nullptr);
  EXPECT_EQ(entry->GetEngineId(), kEntry);
  EXPECT_EQ(entry->GetEngineName(), "G2Entry");
  EXPECT_EQ(entry->GetQueueCurrentSize(0), 0u);
  EXPECT_EQ(graph_->GetGraphId(), kGraph);
  EXPECT_EQ(graph_->GetDeviceID(), 0u);
}

TEST_F(OldApplication, LinksWithObjectsThatPassIdsByValueAndPointersWithoutConst) {
  ByValueFindings findings;
  const StderrCapture capture;

  UseByValueForms(kGraph, kEntry, findings);

  const std::string lines = capture.Text();
  EXPECT_TRUE(findings.found_graph);
  EXPECT_EQ(findings.graph_id, kGraph);
  EXPECT_EQ(findings.device, 0u);
  EXPECT_EQ(findings.queue_size, 200u);
  EXPECT_EQ(findings.queued, 0u);
  EXPECT_EQ(findings.malloc_status, HIAI_OK);
  EXPECT_EQ(HIAI_DFree(findings.block), HIAI_OK);
  EXPECT_EQ(findings.destroy_status, HIAI_OK);
  for (const char* form : {"form 1;", "form 2;", "form 3;", "form 4;"}) {
    EXPECT_NE(lines.find(form), std::string::npos) << form << " in " << lines;
  }
  ASSERT_EQ(hiai::Graph::CreateGraph(G2_CONFIG), HIAI_OK);  // for TearDown
}

TEST(OldObjects, HaveTheExternalNameOfTheirCreator) {
  hiai::Engine* const engine = HIAI_Engine_G2Entry___COUNTER___Creator();

  ASSERT_NE(engine, nullptr);
  EXPECT_EQ(engine->GetEngineId(), 0u);
  delete engine;
}

TEST(OldObjects, DefineStatusesOfTheirOwn) {
  EXPECT_EQ(G2_APPLICATION_CODE, 0x60013007u);
  EXPECT_EQ(hiai::StatusFactory::GetErrCodeDesc(G2_APPLICATION_CODE),
            "a code of the application's own");
}

TEST(OldObjects, UseMemoryOfBothFamilies) {
  void* block = nullptr;
  void* picture = nullptr;

  ASSERT_EQ(hiai::HIAIMemory::HIAI_DMalloc(1000, block, 10, hiai::HIAI_MEMORY_ATTR_MANUAL_FREE),
            HIAI_OK);
  EXPECT_TRUE(hiai::HIAIMemory::IsDMalloc(block, 1000));
  ASSERT_EQ(hiai::HIAIMemory::HIAI_DVPP_DMalloc(1000, picture), HIAI_OK);

  EXPECT_NE(hiai::HIAIMemory::HIAI_DVPP_DFree(block), HIAI_OK);
  EXPECT_EQ(HIAI_DFree(block), HIAI_OK);
  EXPECT_EQ(hiai::HIAIMemory::HIAI_DVPP_DFree(picture), HIAI_OK);
}

TEST(OldObjects, WriteLogLinesInAllForms) {
  const hiai::Graph* const no_graph = nullptr;
  const hiai::Engine* const no_engine = nullptr;
  const int32_t module = 0x6001;
  const StderrCapture capture;

  HIAI_ENGINE_LOG("form %d;", 1);
  HIAI_ENGINE_LOG(G2_APPLICATION_CODE, "form %d;", 2);
  HIAI_ENGINE_LOG(no_graph, G2_APPLICATION_CODE, "form %d;", 3);
  HIAI_ENGINE_LOG(no_engine, G2_APPLICATION_CODE, "form %d;", 4);
  HIAI_ENGINE_LOG(module, "form %d;", 5);
  HIAI_ENGINE_LOG(module, G2_APPLICATION_CODE, "form %d;", 6);
  HIAI_ENGINE_LOG(module, no_graph, G2_APPLICATION_CODE, "form %d;", 7);
  HIAI_ENGINE_LOG(module, no_engine, G2_APPLICATION_CODE, "form %d;", 8);

  const std::string lines = capture.Text();
  for (const char* form : {"form 2;", "form 3;", "form 4;", "form 6;", "form 7;", "form 8;"}) {
    EXPECT_NE(lines.find(form), std::string::npos) << form << " in " << lines;
  }
}

}  // namespace
