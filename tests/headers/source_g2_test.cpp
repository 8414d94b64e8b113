// Source as it is written against the headers of 2019 (G2) compiles unchanged and works: the
// documented forms of registration, engine and port names by macros, status codes of one's own.
#include <gtest/gtest.h>

#include "../stderr_capture.h"
#include "hiaiengine/ai_memory.h"
#include "hiaiengine/api.h"
#include "hiaiengine/c_api.h"
#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/multitype_queue.h"

using hiai::Engine;

struct EngineTransNew {
  std::shared_ptr<uint8_t> buffer;
  uint32_t buffer_size = 0;
  std::shared_ptr<uint8_t> extend;
  uint32_t extend_size = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(buffer_size, extend_size);
  }
};

// Archives the object with its pointers taken away for the time, as most applications do.
static void TransSerialize(void* input, std::string& control, uint8_t*& data, uint32_t& bytes) {
  if (input == nullptr) return;
  EngineTransNew* object = static_cast<EngineTransNew*>(input);
  std::ostringstream stream;
  cereal::PortableBinaryOutputArchive archive(stream);
  archive(*object);
  control = stream.str();
  data = object->buffer.get();
  bytes = object->buffer_size + object->extend_size;
}

// Two logical buffers in one block: the second points into it and frees nothing.
inline std::shared_ptr<void> TransDeserialize(const char* control, const uint32_t& control_bytes,
                                              const uint8_t* data, const uint32_t& bytes) {
  std::shared_ptr<EngineTransNew> object = std::make_shared<EngineTransNew>();
  std::istringstream stream(std::string(control, control_bytes));
  cereal::PortableBinaryInputArchive archive(stream);
  archive(*object);
  if (object->buffer_size + object->extend_size == bytes) {
    object->buffer.reset(const_cast<uint8_t*>(data), hiai::Graph::ReleaseDataBuffer);
    object->extend.reset(const_cast<uint8_t*>(data + object->buffer_size), [](uint8_t*) {});
  }
  return std::static_pointer_cast<void>(object);
}

HIAI_REGISTER_SERIALIZE_FUNC("EngineTransNew", EngineTransNew, TransSerialize, TransDeserialize);
HIAI_REGISTER_SERIALIZE_FUNC("ByAddress", EngineTransNew, &TransSerialize, &TransDeserialize)
HIAI_REGISTER_SERIALIZE_FUNC(
    "ByLambda", EngineTransNew,
    [](void*, std::string& control, uint8_t*&, uint32_t&) { control = "lambda"; },
    [](const char*, const uint32_t&, const uint8_t*, const uint32_t&) -> std::shared_ptr<void> {
      return std::make_shared<EngineTransNew>();
    })

template <typename A, typename B>
struct Couple {
  A first;
  B second;
};
template <class Archive, typename A, typename B>
void serialize(Archive& archive, Couple<A, B>& couple) {
  archive(couple.first, couple.second);
}
HIAI_REGISTER_TEMPLATE_DATA_TYPE("Couple_int_string", Couple, int, std::string)
HIAI_REGISTER_TEMPLATE_DATA_TYPE("Couple_int_vector", Couple, int, std::vector<float>);

TEST(SourceOf2019, HooksAreFunctionsAddressesOrLambdas) {
  HIAIDataTypeFactory* factory = HIAIDataTypeFactory::GetInstance();
  EngineTransNew object;
  std::string control;
  uint8_t* data = nullptr;
  uint32_t bytes = 0;

  for (const char* name : {"EngineTransNew", "ByAddress", "ByLambda"}) {
    ASSERT_NE(factory->GetSerializeFunc(name), nullptr) << name;
    ASSERT_NE(factory->GetDeserializeFunc(name), nullptr) << name;
    ASSERT_NE(factory->GetConvcFunc(name), nullptr) << name;
  }
  factory->GetSerializeFunc("ByLambda")(&object, control, data, bytes);

  EXPECT_EQ(control, "lambda");
}

TEST(SourceOf2019, TwoBuffersShareOneBlock) {
  HIAIDataTypeFactory* factory = HIAIDataTypeFactory::GetInstance();
  void* block = nullptr;
  ASSERT_EQ(hiai::HIAIMemory::HIAI_DMalloc(48, block), HIAI_OK);
  EngineTransNew sent;
  sent.buffer.reset(static_cast<uint8_t*>(block), [](uint8_t*) {});
  sent.buffer_size = 32;
  sent.extend_size = 16;
  std::string control;
  uint8_t* data = nullptr;
  uint32_t bytes = 0;

  factory->GetSerializeFunc("EngineTransNew")(&sent, control, data, bytes);
  std::shared_ptr<EngineTransNew> made =
      std::static_pointer_cast<EngineTransNew>(factory->GetDeserializeFunc("EngineTransNew")(
          control.data(), static_cast<uint32_t>(control.size()), data, bytes));

  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->buffer.get(), static_cast<uint8_t*>(block));
  EXPECT_EQ(made->extend.get(), static_cast<uint8_t*>(block) + 32);
  made.reset();
  EXPECT_NE(HIAI_DFree(block), HIAI_OK);  // gone with the object that was received
}

TEST(SourceOf2019, TemplatesAreRegisteredByTheirArguments) {
  HIAIDataTypeFactory* factory = HIAIDataTypeFactory::GetInstance();
  Couple<int, std::string> couple = {4, "four"};
  std::string bytes;

  ASSERT_NE(factory->GetSearFunc("Couple_int_string"), nullptr);
  factory->GetSearFunc("Couple_int_string")(&couple, bytes);
  const auto made = std::static_pointer_cast<Couple<int, std::string>>(
      factory->GetDesearFunc("Couple_int_string")(bytes));

  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->second, "four");
  EXPECT_NE(factory->GetDesearFunc("Couple_int_vector"), nullptr);
}

// --- engines -------------------------------------------------------------------------------------

#define JOIN_ENGINE_INPUTS 5
#define JOIN_ENGINE_OUTPUTS 1
#define JOIN_ENGINE_NAME "JoinEngine"

class JoinEngine : public Engine {
 public:
  JoinEngine() {}
  ~JoinEngine() override {}
  HIAI_DEFINE_PROCESS(JOIN_ENGINE_INPUTS, JOIN_ENGINE_OUTPUTS)
};

class LastEngine : public Engine {
 public:
  HIAI_StatusT Init(const hiai::AIConfig& config,
                    const std::vector<hiai::AIModelDescription>& model_desc) override {
    (void)config;
    (void)model_desc;
    return HIAI_OK;
  }
  HIAI_DEFINE_PROCESS(16, 0)
};

HIAI_IMPL_ENGINE_PROCESS(JOIN_ENGINE_NAME, JoinEngine, JOIN_ENGINE_INPUTS) {
  if (arg0 == nullptr && arg4 != nullptr) return HIAI_OK;
  arg1.reset();
  return SendData(0, "string", arg2);
}

HIAI_IMPL_ENGINE_PROCESS("LastEngine", LastEngine, 16) {
  if (arg15 != nullptr) return HIAI_ERROR;
  return HIAI_OK;
}

TEST(SourceOf2019, EnginesOfOneFileAreMadeByName) {
  hiai::HIAIEngineFactory* factory = hiai::HIAIEngineFactory::GetInstance();

  EXPECT_NE(std::dynamic_pointer_cast<JoinEngine>(factory->CreateEngine("JoinEngine")), nullptr);
  EXPECT_NE(std::dynamic_pointer_cast<LastEngine>(factory->CreateEngine("LastEngine")), nullptr);
}

// --- queues --------------------------------------------------------------------------------------

template <uint32_t value>
struct Number {
  static uint32_t Get() { return value; }
};

// By value where the compiler must know it, and by reference, which needs a definition.
#define EXPECT_NUMBER_OF_QUEUES(n)                                                               \
  do {                                                                                           \
    char array[hiai::MultiTypeQueue::MULTI_QUEUE_##n##_QUE_NUM] = {};                            \
    EXPECT_EQ(sizeof(array), hiai::MULTI_QUEUE_##n##_QUE_NUM);                                   \
    EXPECT_EQ(Number<hiai::MultiTypeQueue::MULTI_QUEUE_##n##_QUE_NUM>::Get(), n##u);             \
    EXPECT_EQ(std::max(hiai::MultiTypeQueue::MULTI_QUEUE_##n##_QUE_NUM, 1u), n##u);              \
    EXPECT_EQ(hiai::MultiTypeQueue::MULTI_QUEUE_##n##_QUE_NUM, hiai::MULTI_QUEUE_##n##_QUE_NUM); \
  } while (false)

TEST(SourceOf2019, NumbersOfQueuesAreMembersToo) {
  EXPECT_NUMBER_OF_QUEUES(1);
  EXPECT_NUMBER_OF_QUEUES(2);
  EXPECT_NUMBER_OF_QUEUES(3);
  EXPECT_NUMBER_OF_QUEUES(4);
  EXPECT_NUMBER_OF_QUEUES(5);
  EXPECT_NUMBER_OF_QUEUES(6);
  EXPECT_NUMBER_OF_QUEUES(7);
  EXPECT_NUMBER_OF_QUEUES(8);
  EXPECT_NUMBER_OF_QUEUES(9);
  EXPECT_NUMBER_OF_QUEUES(10);
  EXPECT_NUMBER_OF_QUEUES(11);
  EXPECT_NUMBER_OF_QUEUES(12);
  EXPECT_NUMBER_OF_QUEUES(13);
  EXPECT_NUMBER_OF_QUEUES(14);
  EXPECT_NUMBER_OF_QUEUES(15);
  EXPECT_NUMBER_OF_QUEUES(16);
}

class BundlingEngine : public Engine {
 public:
  BundlingEngine() : queue_(hiai::MultiTypeQueue::MULTI_QUEUE_3_QUE_NUM) {}
  HIAI_DEFINE_PROCESS(3, 1)

 private:
  hiai::MultiTypeQueue queue_;
};

HIAI_IMPL_ENGINE_PROCESS("BundlingEngine", BundlingEngine, 3) {
  switch (static_cast<uint32_t>(arg0 != nullptr) + static_cast<uint32_t>(arg1 != nullptr)) {
    case hiai::MultiTypeQueue::MULTI_QUEUE_1_QUE_NUM:
      queue_.PushData(0, arg2);
      break;
    default:
      break;
  }
  return HIAI_OK;
}

// --- statuses and memory -------------------------------------------------------------------------

#define MODID_APPLICATION 0x6001
enum { HIAI_APPLICATION_ERROR_CODE = 0, HIAI_APPLICATION_NOTE_CODE };
HIAI_DEF_ERROR_CODE(MODID_APPLICATION, HIAI_ERROR, HIAI_APPLICATION_ERROR, "it went wrong")
HIAI_DEF_ERROR_CODE(MODID_APPLICATION, HIAI_INFO, HIAI_APPLICATION_NOTE, "by the way");

TEST(SourceOf2019, StatusesOfOnesOwnAreLogged) {
  const StderrCapture capture;

  HIAI_ENGINE_LOG(HIAI_APPLICATION_ERROR, "[%s] failed", "application");
  HIAI_ENGINE_LOG(MODID_APPLICATION, HIAI_APPLICATION_ERROR, "in a module");

  const std::string lines = capture.Text();
  EXPECT_NE(lines.find("[application] failed"), std::string::npos) << lines;
  EXPECT_NE(lines.find("in a module"), std::string::npos) << lines;
  EXPECT_EQ(HIAI_GET_ERROR_STR(HIAI_APPLICATION_NOTE), "by the way");
}

TEST(SourceOf2019, FreeFunctionsServeAsDeleters) {
  void* block = HIAI_DMalloc(64, 0, HIAI_MEMORY_ATTR_MANUAL_FREE);
  void* other = nullptr;
  ASSERT_NE(block, nullptr);
  ASSERT_EQ(hiai::HIAIMemory::HIAI_DMalloc(64, other, hiai::MALLOC_DEFAULT_TIME_OUT,
                                           hiai::HIAI_MEMORY_ATTR_MANUAL_FREE),
            HIAI_OK);
  {
    std::shared_ptr<uint8_t> first(static_cast<uint8_t*>(block), HIAI_DFree);
    std::shared_ptr<uint8_t> second(static_cast<uint8_t*>(other), hiai::HIAIMemory::HIAI_DFree);
  }

  EXPECT_NE(HIAI_DFree(block), HIAI_OK);
  EXPECT_NE(HIAI_DFree(other), HIAI_OK);
}
