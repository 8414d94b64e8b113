// A second file of one program with the same types, engines and codes: nothing may clash.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/engine.h"

namespace {

struct Point {
  int x = 0;
  HIAI_SERIALIZE(x)
};
HIAI_REGISTER_DATA_TYPE("PointOfTheSecondFile", Point)
HIAI_REGISTER_DATA_TYPE("Point", Point)  // another type, a name that is taken

enum { USER_FAILURE_CODE = 7 };
HIAI_DEF_ERROR_CODE(0x6001, HIAI_ERROR, USER_FAILURE, "the user's own text")

class OneInput : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

}  // namespace

HIAI_IMPL_ENGINE_PROCESS("second_file.one", OneInput, 1) {
  arg0.reset();
  return HIAI_OK;
}

namespace {

TEST(SecondFile, ItsEnginesAndTypesAreRegisteredToo) {
  hiai::HIAIEngineFactory& factory = *hiai::HIAIEngineFactory::GetInstance();

  EXPECT_NE(std::dynamic_pointer_cast<OneInput>(factory.CreateEngine("second_file.one")), nullptr);
  EXPECT_TRUE(HIAIDataTypeFactory::GetInstance()->GetSearFunc("PointOfTheSecondFile"));
  EXPECT_EQ(HIAI_GET_ERROR_STR(USER_FAILURE), "the user's own text");
}

}  // namespace
