// Tests src/api/log.cpp: which overload a call of HIAI_ENGINE_LOG chooses, and its line.
#include "hiaiengine/log.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "hiaiengine/engine.h"
#include "hiaiengine/graph.h"
#include "log_capture.h"
#include "text.h"

namespace openmatrix {
namespace {

class Silent : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 0)
};
HIAI_StatusT Silent::Process(std::shared_ptr<void>&) { return HIAI_OK; }

TEST(EngineLog, AFormatAloneIsAnInfoLineWithItsPlace) {
  LogCapture log(LogLevel::kDebug);

  HIAI_ENGINE_LOG("seen %d of %s", 3, "four");

  EXPECT_TRUE(Has(log.Text(), " INFO log_test.cpp:")) << log.Text();
  EXPECT_TRUE(Has(log.Text(), " TestBody seen 3 of four\n")) << log.Text();
}

TEST(EngineLog, AStatusGivesItsLevel) {
  LogCapture log(LogLevel::kDebug);

  HIAI_ENGINE_LOG(HIAI_GRAPH_INVALID_VALUE, "bad %s", "value");
  HIAI_ENGINE_LOG(HIAI_GRAPH_SRC_PORT_NOT_EXIST, "no port");

  EXPECT_TRUE(Has(log.Text(), " ERROR ")) << log.Text();
  EXPECT_TRUE(Has(log.Text(), "[status 0x01013024] bad value\n")) << log.Text();
  EXPECT_TRUE(Has(log.Text(), " WARNING ")) << log.Text();
}

TEST(EngineLog, ABareLevelIsAModule) {
  LogCapture log(LogLevel::kDebug);

  HIAI_ENGINE_LOG(HIAI_ERROR, "odd but common");

  EXPECT_TRUE(Has(log.Text(), " INFO ")) << log.Text();
  EXPECT_TRUE(Has(log.Text(), "[module 0x0003] odd but common\n")) << log.Text();
}

TEST(EngineLog, ModuleAndStatusChooseTheFormForC) {
  LogCapture log(LogLevel::kDebug);

  HIAI_ENGINE_LOG(MODID_OTHER, HIAI_INIT_FAIL, "both");

  EXPECT_TRUE(Has(log.Text(), " ERROR ")) << log.Text();
  EXPECT_TRUE(Has(log.Text(), "[module 0x0104] [status 0x0104306e] both\n")) << log.Text();
}

TEST(EngineLog, AnEngineIsNamed) {
  LogCapture log(LogLevel::kDebug);
  Silent engine;

  HIAI_ENGINE_LOG(&engine, HIAI_OK, "of an engine");
  HIAI_ENGINE_LOG(MODID_ENGINE, &engine, HIAI_OK, "in a module");
  const hiai::Engine* constant = &engine;
  HIAI_ENGINE_LOG(constant, HIAI_OK, "constant");

  EXPECT_TRUE(Has(log.Text(), "[graph 0 engine 0] [status 0x01011000] of an engine\n"));
  EXPECT_TRUE(Has(log.Text(), "[module 0x0102] [status 0x01011000] in a module\n")) << log.Text();
  EXPECT_TRUE(Has(log.Text(), "constant\n"));
}

TEST(EngineLog, ANullGraphIsFine) {
  LogCapture log(LogLevel::kDebug);
  const std::shared_ptr<hiai::Graph> graph;

  HIAI_ENGINE_LOG(graph.get(), HIAI_GRAPH_NOT_EXIST, "no graph");
  HIAI_ENGINE_LOG(MODID_GRAPH, graph.get(), HIAI_GRAPH_NOT_EXIST, "no graph, module");

  EXPECT_TRUE(Has(log.Text(), "[status 0x01013008] no graph\n")) << log.Text();
  EXPECT_TRUE(Has(log.Text(), "no graph, module\n")) << log.Text();
}

TEST(EngineLog, LinesBelowTheThresholdAreNotWritten) {
  LogCapture log(LogLevel::kError);

  HIAI_ENGINE_LOG("information");
  HIAI_ENGINE_LOG(HIAI_GRAPH_SRC_PORT_NOT_EXIST, "a warning");

  EXPECT_EQ(log.Text(), "");
}

TEST(EngineLog, AnEventIsAlwaysWritten) {
  LogCapture log(LogLevel::kFatal);

  HIAI_ENGINE_LOG(static_cast<HIAI_StatusT>(0x60015001u), "event");

  EXPECT_TRUE(Has(log.Text(), " EVENT ")) << log.Text();
}

TEST(EngineLog, AStatusThatIsNoneIsAnError) {
  LogCapture log(LogLevel::kDebug);

  HIAI_ENGINE_LOG(static_cast<HIAI_StatusT>(-1), "minus one");

  EXPECT_TRUE(Has(log.Text(), " ERROR ")) << log.Text();
}

TEST(EngineLog, ALongLineIsCutAt8192Bytes) {
  LogCapture log(LogLevel::kDebug);
  const std::string text(100000, 'x');

  HIAI_ENGINE_LOG("%s", text.c_str());

  const std::string line = log.Text();
  EXPECT_GT(line.size(), 8192u);
  EXPECT_LT(line.size(), 8192u + 64u);
  EXPECT_EQ(line.back(), '\n');
}

TEST(EngineLog, NewlinesAtTheEndOfAFormatMakeNoEmptyLines) {
  LogCapture log(LogLevel::kDebug);

  HIAI_ENGINE_LOG("done\n\n");

  EXPECT_TRUE(Has(log.Text(), " done\n")) << log.Text();
  EXPECT_EQ(log.Text().find('\n'), log.Text().size() - 1);
}

}  // namespace
}  // namespace openmatrix
