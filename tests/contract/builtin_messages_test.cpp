// Every built-in message crosses in both directions without a registration, with its contents.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "hiaiengine/data_type.h"
#include "hiaiengine/data_type_reg.h"
#include "member_archives.h"
#include "support.h"

namespace contract {
namespace {

template <typename T>
std::shared_ptr<void> Make() {
  auto object = std::make_shared<T>();
  FillingArchive archive;
  openmatrix::archive::Members(archive, *object);
  return object;
}

template <typename T>
std::string BytesOf(const void* object) {
  WritingArchive archive;
  archive(*static_cast<const T*>(object));
  return archive.bytes();
}

struct Builtin {
  std::string name;
  std::shared_ptr<void> (*make)();
  std::string (*bytes)(const void* object);
};

template <typename T>
Builtin Row(const std::string& name) {
  return {name, Make<T>, BytesOf<T>};
}

template <template <typename> class T>
void AddBoth(std::vector<Builtin>& rows, const std::string& name) {
  rows.push_back(Row<T<std::uint8_t>>(name + "_uint8_t"));
  rows.push_back(Row<T<float>>(name + "_float"));
}

template <template <typename, typename> class T>
void AddBoth2(std::vector<Builtin>& rows, const std::string& name) {
  rows.push_back(Row<T<std::uint8_t, std::uint8_t>>(name + "_uint8_t_uint8_t"));
  rows.push_back(Row<T<float, float>>(name + "_float_float"));
}

// All but "NNTensorList", which is no aggregate.
std::vector<Builtin> AllMessages() {
  using Place = hiai::Rectangle<hiai::Point2D>;
  std::vector<Builtin> rows = {
      Row<std::string>("string"),
      Row<std::vector<std::uint8_t>>("vector_uint8_t"),
      Row<std::vector<float>>("vector_float"),
      Row<hiai::BatchInfo>("BatchInfo"),
      Row<hiai::FrameInfo>("FrameInfo"),
      Row<hiai::IMAGEFORMAT>("IMAGEFORMAT"),
      Row<hiai::Angle>("Angle"),
      Row<hiai::Point2D>("Point2D"),
      Row<hiai::Point3D>("Point3D"),
      Row<hiai::ROICube>("ROICube"),
      Row<hiai::RLECode>("RLECode"),
      Row<hiai::IDTreeNode>("IDTreeNode"),
      Row<hiai::IDTreePara>("IDTreePara"),
      Row<hiai::BatchIDTreePara>("BatchIDTreePara"),
      Row<hiai::RetrievalResult>("RetrievalResult"),
      Row<hiai::RetrievalResultTopN>("RetrievalResultTopN"),
      Row<hiai::RetrievalResultPara>("RetrievalResultPara"),
      Row<hiai::RawDataBuffer>("RawDataBuffer"),
      Row<hiai::BatchRawDataBuffer>("BatchRawDataBuffer"),
      Row<hiai::BatchDetectedObjectPara<Place, std::int32_t>>(
          "BatchDetectedObjectPara_Rectangle_Point2D_int32_t"),
      Row<hiai::BatchDetectedObjectPara<Place, float>>(
          "BatchDetectedObjectPara_Rectangle_Point2D_float"),
  };
  AddBoth<hiai::ImageData>(rows, "ImageData");
  AddBoth<hiai::ImagePara>(rows, "ImagePara");
  AddBoth<hiai::BatchImagePara>(rows, "BatchImagePara");
  AddBoth<hiai::Line>(rows, "Line");
  AddBoth<hiai::Rectangle>(rows, "Rectangle");
  AddBoth<hiai::Polygon>(rows, "Polygon");
  AddBoth<hiai::MaskMatrix>(rows, "MaskMatrix");
  AddBoth<hiai::RegionImage>(rows, "RegionImage");
  AddBoth<hiai::RegionImagePara>(rows, "RegionImagePara");
  AddBoth<hiai::BatchRegionImagePara>(rows, "BatchRegionImagePara");
  AddBoth<hiai::Attribute>(rows, "Attribute");
  AddBoth<hiai::AttributeTopN>(rows, "AttributeTopN");
  AddBoth<hiai::AttributeVec>(rows, "AttributeVec");
  AddBoth<hiai::AttributeResultPara>(rows, "AttributeResultPara");
  AddBoth<hiai::BatchAttributeResultPara>(rows, "BatchAttributeResultPara");
  AddBoth<hiai::Feature>(rows, "Feature");
  AddBoth<hiai::FeatureList>(rows, "FeatureList");
  AddBoth<hiai::FeatureVec>(rows, "FeatureVec");
  AddBoth<hiai::FeatureResultPara>(rows, "FeatureResultPara");
  AddBoth<hiai::BatchFeatureResultPara>(rows, "BatchFeatureResultPara");
  AddBoth<hiai::FeatureRecord>(rows, "FeatureRecord");
  AddBoth<hiai::EvaluationResult>(rows, "EvaluationResult");
  AddBoth<hiai::EvaluationResultVec>(rows, "EvaluationResultVec");
  AddBoth<hiai::EvaluationResultPara>(rows, "EvaluationResultPara");
  AddBoth<hiai::BatchEvaluationResultPara>(rows, "BatchEvaluationResultPara");
  AddBoth<hiai::Classification>(rows, "Classification");
  AddBoth<hiai::ClassificationTopN>(rows, "ClassificationTopN");
  AddBoth<hiai::ClassificationVec>(rows, "ClassificationVec");
  AddBoth<hiai::ClassificationResultPara>(rows, "ClassificationResultPara");
  AddBoth<hiai::BatchClassificationResultPara>(rows, "BatchClassificationResultPara");
  AddBoth2<hiai::ObjectLocation>(rows, "ObjectLocation");
  AddBoth2<hiai::DetectedObjectPara>(rows, "DetectedObjectPara");
  AddBoth2<hiai::BatchDetectedObjectPara>(rows, "BatchDetectedObjectPara");
  AddBoth2<hiai::RetrievalSet>(rows, "RetrievalSet");
  return rows;
}

// The host registers one of the names again, with the same type: nobody may see a difference.
HIAI_REGISTER_TEMPLATE_DATA_TYPE("Polygon_float", hiai::Polygon, float)

class BuiltinMessages : public TransferGraph {
 protected:
  // Sends each message from `door` to `engine`, which is on the other side.
  void SendAll(const Door& door, std::uint32_t engine) {
    const auto inbox = Collect(engine);
    for (const Builtin& row : AllMessages()) {
      SCOPED_TRACE(row.name);
      const std::shared_ptr<void> sent = row.make();
      const std::string bytes = row.bytes(sent.get());

      ASSERT_EQ(door.graph_send({1, engine, 0}, row.name, sent, kForever), HIAI_OK);
      const std::shared_ptr<void> received = inbox->Take();

      ASSERT_NE(received, nullptr);
      EXPECT_NE(received, sent);
      EXPECT_EQ(row.bytes(received.get()), bytes);
      EXPECT_NE(bytes.find_first_not_of('\0'), std::string::npos) << "nothing was compared";
    }
  }
};

TEST_F(BuiltinMessages, AllGoToTheDevice) { SendAll(HostDoor(), 2); }

TEST_F(BuiltinMessages, AllGoToTheHost) { SendAll(DeviceDoor(), 3); }

TEST_F(BuiltinMessages, ThereAreNinety) {
  std::set<std::string> names;
  for (const Builtin& row : AllMessages()) names.insert(row.name);

  EXPECT_EQ(names.size() + 1, 90u);  // and "NNTensorList"
}

TEST_F(BuiltinMessages, ATensorListGoesThereAndBackWithItsBytes) {
  const auto device = Collect(2);
  const auto host = Collect(3);
  auto list = std::make_shared<hiai::NNTensorList>();
  std::vector<hiai::TensorDimension> dimensions(2);
  dimensions[0].size = 100;
  dimensions[1].size = 28;
  dimensions[1].name = "second";
  ASSERT_EQ(list->Resize(dimensions), HIAI_OK);
  std::memset(const_cast<void*>(list->GetBuffData()), 0x5A, 128);

  ASSERT_EQ(ToDevice("NNTensorList", list), HIAI_OK);
  const std::shared_ptr<void> there = device->Take();
  ASSERT_NE(there, nullptr);
  ASSERT_EQ(DeviceDoor().graph_send({1, 3, 0}, "NNTensorList", there, kForever), HIAI_OK);
  const auto back = std::static_pointer_cast<hiai::NNTensorList>(host->Take());

  ASSERT_NE(back, nullptr);
  EXPECT_NE(back, list);
  EXPECT_EQ(back->GetBufferSize(), 128u);
  ASSERT_EQ(back->GetNNTensorVector().size(), 2u);
  const hiai::NNTensorDescription& second = back->GetNNTensorVector()[1];
  EXPECT_EQ(second.name, "second");
  ASSERT_EQ(second.data, static_cast<const std::uint8_t*>(back->GetBuffData()) + 100);
  EXPECT_EQ(std::string(static_cast<const char*>(second.data), 28), std::string(28, 0x5A));
}

TEST_F(BuiltinMessages, TheCFormTakesThemToo) {
  const auto inbox = Collect(2);
  hiai::Point2D point = {3, 4};

  ASSERT_EQ(HostDoor().c_send({1, 2, 0}, "Point2D", &point), HIAI_OK);
  const auto received = std::static_pointer_cast<hiai::Point2D>(inbox->Take());

  ASSERT_NE(received, nullptr);
  EXPECT_EQ(received->y, 4);
}

}  // namespace
}  // namespace contract
