// Source as it was written against the headers of 2018 (G1) compiles unchanged and works.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "../stderr_capture.h"
#include "hiaiengine/ai_memory.h"
#include "hiaiengine/api.h"
#include "hiaiengine/data_type_reg.h"
#include "proto/graph_config.pb.h"

using namespace std;
using namespace hiai;

#define G1_SOURCE_ENGINE "G1Source"
#define G1_SOURCE_INPUTS 1
#define G1_SOURCE_OUTPUTS 1

// --- a fast type by the pair of functions of that time
// --------------------------------------------

struct G1Picture {
  uint32_t size;
  uint8_t* data;
};

void G1GetSearPtr(void* data_ptr, std::string& struct_str, uint8_t*& image_ptr,
                  uint32_t& struct_size, uint32_t& image_size) {
  G1Picture* picture = static_cast<G1Picture*>(data_ptr);
  struct_str = string(reinterpret_cast<char*>(&picture->size), sizeof(picture->size));
  struct_size = static_cast<uint32_t>(struct_str.size());
  image_ptr = picture->data;
  image_size = picture->size;
}

std::shared_ptr<void> G1GetDearPtr(char* ctrl_ptr, uint8_t* data_ptr) {
  std::shared_ptr<G1Picture> picture = std::make_shared<G1Picture>();
  picture->size = *reinterpret_cast<uint32_t*>(ctrl_ptr);
  picture->data = data_ptr;
  *ctrl_ptr = 0;  // it was not const
  return std::static_pointer_cast<void>(picture);
}

HIAI_REGISTER_HIAI_DATA_FUNC("G1Picture", G1Picture, G1GetSearPtr, G1GetDearPtr)
HIAI_REGISTER_HIAI_DATA_FUNC("G1PictureAgain", G1Picture, &G1GetSearPtr, &G1GetDearPtr);

TEST(SourceOf2018, AnOldFastPairWorksAsOneOfToday) {
  HIAIDataTypeFactory* factory = HIAIDataTypeFactory::GetInstance();
  uint8_t bytes[3] = {1, 2, 3};
  G1Picture picture = {3, bytes};
  string control;
  uint8_t* data = nullptr;
  uint32_t size = 0;

  ASSERT_TRUE(factory->GetSerializeFunc("G1Picture"));
  factory->GetSerializeFunc("G1Picture")(&picture, control, data, size);
  ASSERT_TRUE(factory->GetDeserializeFunc("G1Picture"));
  const shared_ptr<void> made = factory->GetDeserializeFunc("G1Picture")(
      control.data(), static_cast<uint32_t>(control.size()), data, size);

  ASSERT_NE(made, nullptr);
  EXPECT_EQ(static_pointer_cast<G1Picture>(made)->size, 3u);
  EXPECT_EQ(static_pointer_cast<G1Picture>(made)->data, bytes);
  EXPECT_TRUE(factory->GetConvcFunc("G1Picture"));
  EXPECT_TRUE(factory->GetSerializeFunc("G1PictureAgain"));
}

TEST(SourceOf2018, AnOldFastPairIsFoundByItsOldGetters) {
  HIAIDataTypeFactory* factory = HIAIDataTypeFactory::GetInstance();
  HIAI_GetSearHandleFuncT sear = factory->GetHiaiSearFunc("G1Picture");
  HIAI_GetDearHandleFuncT dear = factory->GetHiaiDearFunc("G1Picture");
  G1Picture picture = {7, nullptr};
  string control;
  uint8_t* data = nullptr;
  uint32_t control_size = 0;
  uint32_t size = 0;

  ASSERT_NE(sear, nullptr);
  ASSERT_NE(dear, nullptr);
  sear(&picture, control, data, control_size, size);

  EXPECT_EQ(control_size, 4u);
  EXPECT_EQ(size, 7u);
  EXPECT_EQ(static_pointer_cast<G1Picture>(dear(&control[0], nullptr))->size, 7u);
}

TEST(SourceOf2018, OtherPairsAreNotFoundByTheOldGetters) {
  HIAIDataTypeFactory* factory = HIAIDataTypeFactory::GetInstance();
  HIAI_SerializeFuncT serialize = [](void*, string&, uint8_t*&, uint32_t&) {};
  HIAI_DeserializeFuncT deserialize = [](const char*, const uint32_t&, const uint8_t*,
                                         const uint32_t&) { return shared_ptr<void>(); };

  ASSERT_EQ(factory->Register("of today", serialize, deserialize), HIAI_OK);

  EXPECT_EQ(factory->GetHiaiSearFunc("of today"), nullptr);
  EXPECT_EQ(factory->GetHiaiDearFunc("of today"), nullptr);
  EXPECT_EQ(factory->GetHiaiSearFunc("unknown"), nullptr);
  EXPECT_EQ(factory->UnRegister("of today", DATA_TYPE_FUNC_HANLDER), HIAI_OK);
}

TEST(SourceOf2018, AnOldPairNeedsBothAndIsForgottenByItsOldNumber) {
  HIAIDataTypeFactory* factory = HIAIDataTypeFactory::GetInstance();
  HIAI_GetSearHandleFuncT sear = G1GetSearPtr;
  HIAI_GetDearHandleFuncT dear = G1GetDearPtr;

  EXPECT_EQ(factory->Register("old", sear, HIAI_GetDearHandleFuncT()), HIAI_ENGINE_FUNCTOR_NULL);
  EXPECT_EQ(factory->Register("old", HIAI_GetSearHandleFuncT(), dear), HIAI_ENGINE_FUNCTOR_NULL);
  EXPECT_EQ(factory->Register("old", sear, dear), HIAI_OK);
  EXPECT_EQ(factory->Register("old", sear, dear), HIAI_ENGINE_FUNCTOR_EXIST);
  EXPECT_EQ(factory->UnRegister("old", DATA_TYPE_FUNC_GET_SEAR), HIAI_OK);
  EXPECT_EQ(factory->UnRegister("old", DATA_TYPE_FUNC_GET_DEAR), HIAI_OK);
  EXPECT_EQ(factory->GetHiaiSearFunc("old"), nullptr);
  EXPECT_FALSE(factory->GetSerializeFunc("old"));
}

// --- a class whose private part a macro ends, engines named by macros ----------------------------

class G1Note {
  HIAI_SERIALIZE(x, text);
  int x = 0;
  string text;
};
HIAI_REGISTER_DATA_TYPE("G1Note", G1Note);

class G1Source : public Engine {
 public:
  HIAI_StatusT Init(const AIConfig& config, const std::vector<AIModelDescription>&) {
    for (int i = 0; i < config.items_size(); ++i) greeting_ = config.items(i).value();
    return HIAI_OK;
  }
  HIAI_DEFINE_PROCESS(G1_SOURCE_INPUTS, G1_SOURCE_OUTPUTS)

 private:
  string greeting_;
};

class G1Sink : public Engine {
  HIAI_DEFINE_PROCESS(1, 1);
};

HIAI_IMPL_ENGINE_PROCESS(G1_SOURCE_ENGINE, G1Source, G1_SOURCE_INPUTS) {
  shared_ptr<G1Note> note = static_pointer_cast<G1Note>(arg0);
  note->text = greeting_ + note->text;
  HIAI_ENGINE_LOG(this, HIAI_OK, "port %d", 0);
  return SendData(0, "G1Note", arg0);
}

HIAI_IMPL_ENGINE_PROCESS("G1Sink", G1Sink, 1) {
  return SendData(0, "G1Note", static_pointer_cast<void>(arg0));
}

class G1Receiver : public DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const std::shared_ptr<void>& message) {
    lock_guard<mutex> lock(mutex_);
    note_ = static_pointer_cast<G1Note>(message);
    arrived_.notify_all();
    return HIAI_OK;
  }
  string Wait() {
    unique_lock<mutex> lock(mutex_);
    arrived_.wait_for(lock, chrono::seconds(60), [this] { return note_ != nullptr; });
    return note_ == nullptr ? "nothing" : note_->text;
  }

 private:
  mutex mutex_;
  condition_variable arrived_;
  shared_ptr<G1Note> note_;
};

TEST(SourceOf2018, AGraphOfTwoEnginesOfOneFileRuns) {
  GraphConfigList list;
  GraphConfig* config = list.add_graphs();
  config->set_graph_id(18);
  EngineConfig* source = config->add_engines();
  source->set_id(1);
  source->set_engine_name(G1_SOURCE_ENGINE);
  source->set_side(EngineConfig::HOST);
  AIConfigItem* item = source->mutable_ai_config()->add_items();
  item->set_name("greeting");
  item->set_value("hello ");
  EngineConfig* sink = config->add_engines();
  sink->set_id(2);
  sink->set_engine_name("G1Sink");
  sink->set_side(EngineConfig_RunSide_HOST);
  ConnectConfig* connect = config->add_connects();
  connect->set_src_engine_id(1);
  connect->set_src_port_id(0);
  connect->set_target_engine_id(2);
  connect->set_target_port_id(0);
  uint32_t graph_id = 18;

  ASSERT_EQ(HIAI_Init(0), HIAI_OK);
  ASSERT_EQ(Graph::CreateGraph(list), HIAI_OK);
  std::shared_ptr<Graph> graph = Graph::GetInstance(graph_id);
  ASSERT_NE(graph, nullptr);
  EnginePortID out = {18, 2, 0};
  EnginePortID in;
  in.graph_id = 18;
  in.engine_id = 1;
  in.port_id = 0;
  shared_ptr<G1Receiver> receiver(new G1Receiver());
  ASSERT_EQ(graph->SetDataRecvFunctor(out, receiver), HIAI_OK);
  shared_ptr<G1Note> note = make_shared<G1Note>();
  note->text = "world";
  EXPECT_EQ(graph->SendData(in, "G1Note", note), HIAI_OK);

  EXPECT_EQ(receiver->Wait(), "hello world");
  EXPECT_EQ(graph->GetGraphId(), 18u);
  EXPECT_EQ(Graph::DestroyGraph(graph_id), HIAI_OK);
}

// --- memory and log ------------------------------------------------------------------------------

TEST(SourceOf2018, MemoryFlagsHaveTheNamesOfThatTime) {
  void* block = nullptr;
  HIAI_StatusT status = HIAIMemory::HIAI_DMalloc(100, block, 10000, HIAI_MEMORY_ATTR_MANUAL_FREE);
  ASSERT_EQ(status, HIAI_OK);
  EXPECT_EQ(HIAIMemory::HIAI_DFree(block), HIAI_OK);

  EXPECT_EQ(static_cast<int>(IAI_MEMORY_ATTR_MAX), static_cast<int>(hiai::MEMORY_ATTR_MAX));
  EXPECT_EQ(static_cast<int>(HIAI_MEMORY_ATTR::HIAI_MEMORY_ATTR_ATUO_FREE),
            static_cast<int>(MEMORY_ATTR_AUTO_FREE));
}

TEST(SourceOf2018, LogsTakePointersWithoutConst) {
  Engine* engine = nullptr;
  Graph* graph = nullptr;
  const StderrCapture capture;

  HIAI_ENGINE_LOG(engine, HIAI_ENGINE_NULL_POINTER, "about %s", "an engine");
  HIAI_ENGINE_LOG(graph, HIAI_GRAPH_NOT_EXIST, "about %s", "a graph");
  HIAI_ENGINE_LOG(HIAI_ERROR, "a level is a module");

  const string lines = capture.Text();
  EXPECT_NE(lines.find("about an engine"), string::npos) << lines;
  EXPECT_NE(lines.find("about a graph"), string::npos) << lines;
}
