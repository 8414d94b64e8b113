// The archives of hiaiengine/data_type.h byte by byte: objects that were compiled long ago read
// and write them in just this order.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "data_type_bytes.h"
#include "hiaiengine/data_type.h"
#include "hiaiengine/data_type_reg.h"

namespace application {

// As applications embed our structures: listed in the class, or by a function beside it.
struct Listed {
  hiai::ImageData<float> image;
  std::vector<hiai::Point2D> points;
  HIAI_SERIALIZE(image, points)
};
struct Beside {
  std::shared_ptr<hiai::RawDataBuffer> raw;
  std::map<std::string, hiai::FrameInfo> frames;
};
template <class Archive>
void serialize(Archive& ar, Beside& object) {
  ar(object.raw, object.frames);
}

}  // namespace application

namespace openmatrix {
namespace {

template <typename T>
std::shared_ptr<T> Array(std::initializer_list<T> values) {
  std::shared_ptr<T> array(new T[values.size()], std::default_delete<T[]>());
  std::copy(values.begin(), values.end(), array.get());
  return array;
}

// Writes exactly these bytes, and what is read from them writes them again.
template <typename T>
void ExpectBytes(const T& value, const std::string& bytes) {
  EXPECT_EQ(Written(value), bytes);
  EXPECT_EQ(Written(ReadBack<T>(bytes)), bytes);
}

TEST(DataTypeArchive, OfABatchHasScalarsThenVectors) {
  hiai::BatchInfo batch;
  batch.is_last = true;
  batch.batch_size = 2;
  batch.max_batch_size = 3;
  batch.batch_ID = 4;
  batch.channel_ID = 5;
  batch.processor_stream_ID = 6;
  batch.frame_ID = {7, 8};
  batch.source_ID = {9};
  batch.timestamp = {10};

  ExpectBytes(batch, Bytes()
                         .U8(0)
                         .U8(1)
                         .U32(2)
                         .U32(3)
                         .U32(4)
                         .U32(5)
                         .U32(6)
                         .U64(2)
                         .U32(7)
                         .U32(8)
                         .U64(1)
                         .U32(9)
                         .U64(1)
                         .U64(10));
}

TEST(DataTypeArchive, OfAFrameHasItsScalars) {
  hiai::FrameInfo frame;
  frame.is_first = true;
  frame.channel_ID = 1;
  frame.processor_stream_ID = 2;
  frame.frame_ID = 3;
  frame.source_ID = 4;
  frame.timestamp = 5;

  ExpectBytes(frame, Bytes().U8(1).U8(0).U32(1).U32(2).U32(3).U32(4).U64(5));
}

TEST(DataTypeArchive, OfAPictureEndsWithItsBytes) {
  hiai::ImagePara<std::uint16_t> para;
  para.f_info.frame_ID = 9;
  hiai::ImageData<std::uint16_t>& image = para.img;
  image.format = hiai::RGB888;
  image.width = 1;
  image.height = 2;
  image.channel = 3;
  image.depth = 4;
  image.height_step = 5;
  image.width_step = 6;
  image.size = 2;
  image.data = Array<std::uint16_t>({0x0201, 0x0403});

  ExpectBytes(para, Bytes()
                        .Zeros(2 + 2 * 4)
                        .U32(9)
                        .Zeros(4 + 8)
                        .U32(hiai::RGB888)
                        .U32(1)
                        .U32(2)
                        .U32(3)
                        .U32(4)
                        .U32(5)
                        .U32(6)
                        .U32(2)
                        .U8(1)
                        .U8(2)
                        .U8(3)
                        .U8(4));
}

TEST(DataTypeArchive, OfABatchOfPicturesHasTheirNumber) {
  hiai::BatchImagePara<std::uint8_t> para;
  para.v_img.resize(1);
  para.v_img[0].size = 1;
  para.v_img[0].data = Array<std::uint8_t>({77});

  ExpectBytes(para, Bytes().NoBatch().U64(1).U32(hiai::YUV420SP).Zeros(6 * 4).U32(1).U8(77));
}

TEST(DataTypeArchive, OfRawBuffersHasLengthsAndBytes) {
  hiai::BatchRawDataBuffer batch;
  batch.v_info.push_back({2, Array<std::uint8_t>({5, 6})});
  batch.v_info.push_back({0, nullptr});

  ExpectBytes(batch, Bytes().NoBatch().U64(2).U32(2).U8(5).U8(6).U32(0));
}

TEST(DataTypeArchive, WritesZerosForMissingData) {
  hiai::RawDataBuffer raw = {1000, nullptr};

  const std::string bytes = Written(raw);
  const hiai::RawDataBuffer read = ReadBack<hiai::RawDataBuffer>(bytes);

  EXPECT_EQ(bytes, std::string(Bytes().U32(1000).Zeros(1000)));
  ASSERT_NE(read.data, nullptr);
  EXPECT_EQ(read.data.get()[999], 0);
  EXPECT_EQ(raw.data, nullptr) << "writing must not change the object";
}

TEST(DataTypeArchive, OfGeometryHasTheMembersInOrder) {
  ExpectBytes(hiai::Angle{1.5f, 2, 3}, Bytes().F32(1.5f).F32(2).F32(3));
  ExpectBytes(hiai::Point3D{1, 2, 3}, Bytes().U32(1).U32(2).U32(3));
  ExpectBytes(hiai::Line<hiai::Point2D>{{1, 2}, {3, 4}}, Bytes().U32(1).U32(2).U32(3).U32(4));
  ExpectBytes(hiai::Rectangle<std::uint8_t>{1, 2}, Bytes().U8(1).U8(2));
  ExpectBytes(hiai::Polygon<float>{{1, 2}}, Bytes().U64(2).F32(1).F32(2));
  ExpectBytes(hiai::ROICube{{1, 2, 3}, 4, 5, 6}, Bytes().U32(1).U32(2).U32(3).U32(4).U32(5).U32(6));
  ExpectBytes(hiai::MaskMatrix<std::uint8_t>{2, 1, Array<std::uint8_t>({8, 9})},
              Bytes().U32(2).U32(1).U8(8).U8(9));
  ExpectBytes(hiai::RLECode{1, 2, 3, Array<std::uint32_t>({4})},
              Bytes().U32(1).U32(2).U32(3).U32(4));
}

TEST(DataTypeArchive, OfARegionHasTheSmallestFaceTwice) {
  ExpectBytes(hiai::ArgsRoiPolygon{{1, {{2, 3}}}, 4, 5, 6, 7},
              Bytes().U32(1).U64(1).U32(2).U32(3).U32(4).U32(5).U32(4).U32(6).U32(7));
}

TEST(DataTypeArchive, OfDetectedObjectsHasSixVectors) {
  hiai::BatchDetectedObjectPara<hiai::Rectangle<hiai::Point2D>, float> para;
  para.v_location.resize(1);
  para.v_location[0].v_obj_id = {1};
  para.v_location[0].range = {{{2, 3}, {4, 5}}};
  para.v_location[0].angle = {{6, 7, 8}};
  para.v_location[0].confidence = {0.5f};
  para.v_location[0].label = {9};
  para.v_location[0].isInRoi = {1};

  ExpectBytes(para, Bytes()
                        .NoBatch()
                        .U64(1)
                        .U64(1)
                        .U32(1)
                        .U64(1)
                        .U32(2)
                        .U32(3)
                        .U32(4)
                        .U32(5)
                        .U64(1)
                        .F32(6)
                        .F32(7)
                        .F32(8)
                        .U64(1)
                        .F32(0.5f)
                        .U64(1)
                        .U32(9)
                        .U64(1)
                        .U32(1));
}

TEST(DataTypeArchive, OfARegionImageHasTheIdsFirst) {
  hiai::RegionImage<std::uint8_t> image;
  image.region.resize(1);
  image.v_obj_id = {3};

  ExpectBytes(image, Bytes().U64(1).U32(3).U64(1).U32(hiai::YUV420SP).Zeros(7 * 4));
}

TEST(DataTypeArchive, OfATreeHasAByteForEachLeaf) {
  hiai::IDTreeNode tree;
  tree.nodeID = {1, 2};
  tree.is_leaf = {true, false};
  tree.node.resize(1);

  ExpectBytes(tree, Bytes().U64(2).U32(1).U32(2).U64(2).U8(1).U8(0).U64(1).U64(0).U64(0).U64(0));
}

TEST(DataTypeArchive, OfAttributesIsAMapByName) {
  hiai::AttributeResultPara<float> para;
  para.attr.obj_attr.resize(1);
  para.attr.obj_attr[0].obj_ID = 5;
  para.attr.obj_attr[0].attr_map["b"] = {{"red", 0.5f}};
  para.attr.obj_attr[0].attr_map["a"] = {};

  ExpectBytes(
      para,
      Bytes().NoFrame().U64(1).U32(5).U64(2).Text("a").U64(0).Text("b").U64(1).Text("red").F32(
          0.5f));
}

TEST(DataTypeArchive, OfFeaturesHasCountsAndBytes) {
  hiai::BatchFeatureResultPara<std::uint8_t> para;
  para.v_feature.resize(1);
  para.v_feature[0].obj_feature.push_back({6, {{2, Array<std::uint8_t>({7, 8})}}});

  ExpectBytes(para, Bytes().NoBatch().U64(1).U64(1).U32(6).U64(1).U32(2).U8(7).U8(8));
  ExpectBytes(hiai::Feature<float>{-1, Array<float>({1})}, Bytes().U32(0xFFFFFFFF));
}

TEST(DataTypeArchive, OfASearchHasTheMembersInOrder) {
  const hiai::RetrievalSetPara<float, std::uint8_t> set = {
      {3, 0.5f, {{4, 1, Array<std::uint8_t>({9})}}}};
  hiai::RetrievalResultPara found;
  found.result.result_list = {{4, 0.75f}};

  ExpectBytes(set, Bytes().U32(3).F32(0.5f).U64(1).U32(4).U32(1).U8(9));
  ExpectBytes(found, Bytes().NoFrame().U64(1).U32(4).F32(0.75f));
}

TEST(DataTypeArchive, OfJudgementsAndClassesHasTheMembersInOrder) {
  hiai::EvaluationResultPara<float> judged;
  judged.result.result = {{1, "sharp", 0.5f}};
  hiai::BatchClassificationResultPara<float> classes;
  classes.v_class.resize(1);
  classes.v_class[0].class_list = {{2, {{"cat", 0.25f}}}};

  ExpectBytes(judged, Bytes().NoFrame().U64(1).U32(1).Text("sharp").F32(0.5f));
  ExpectBytes(classes, Bytes().NoBatch().U64(1).U64(1).U32(2).U64(1).Text("cat").F32(0.25f));
}

TEST(DataTypeArchive, WorksInsideTypesOfApplications) {
  application::Listed listed;
  listed.image.size = 1;
  listed.image.data = Array<float>({2.5f});
  listed.points = {{1, 2}};
  application::Beside beside;
  beside.raw =
      std::make_shared<hiai::RawDataBuffer>(hiai::RawDataBuffer{1, Array<std::uint8_t>({3})});
  beside.frames["last"].is_last = true;

  const auto listed_back = ReadBack<application::Listed>(Written(listed));
  const auto beside_back = ReadBack<application::Beside>(Written(beside));

  ASSERT_NE(listed_back.image.data, nullptr);
  EXPECT_EQ(*listed_back.image.data, 2.5f);
  ASSERT_EQ(listed_back.points.size(), 1u);
  EXPECT_EQ(listed_back.points[0].y, 2);
  ASSERT_NE(beside_back.raw, nullptr);
  EXPECT_EQ(*beside_back.raw->data, 3);
  EXPECT_TRUE(beside_back.frames.at("last").is_last);
}

TEST(DataTypeArchive, IsReadByTheBinaryArchiveOfCerealToo) {
  std::stringstream stream;
  cereal::BinaryOutputArchive output(stream);
  output(hiai::RawDataBuffer{2, Array<std::uint8_t>({5, 6})}, hiai::Polygon<float>{{1.5f}});
  hiai::RawDataBuffer raw{};
  hiai::Polygon<float> polygon;

  cereal::BinaryInputArchive input(stream);
  input(raw, polygon);

  ASSERT_EQ(raw.len_of_byte, 2u);
  EXPECT_EQ(raw.data.get()[1], 6);
  EXPECT_EQ(polygon.anchors, std::vector<float>{1.5f});
}

TEST(DataTypeArchive, OfTheOtherByteOrderIsTurnedRound) {
  std::ostringstream stream;
  {
    cereal::PortableBinaryOutputArchive output(
        stream, cereal::PortableBinaryOutputArchive::Options::BigEndian());
    output(hiai::MaskMatrix<std::uint32_t>{1, 2, Array<std::uint32_t>({1, 0x01020304})});
  }

  const auto mask = ReadBack<hiai::MaskMatrix<std::uint32_t>>(stream.str());

  ASSERT_EQ(mask.rows, 2u);
  EXPECT_EQ(mask.data.get()[1], 0x01020304u);
}

TEST(DataTypeArchive, IsReadIntoMemoryThatIsThereIfItIsLargeEnough) {
  hiai::RawDataBuffer raw = {2, Array<std::uint8_t>({0, 0})};
  const std::shared_ptr<std::uint8_t> before = raw.data;

  ReadInto(raw, Bytes().U32(2).U8(1).U8(2));
  EXPECT_EQ(raw.data, before);
  EXPECT_EQ(before.get()[1], 2);

  ReadInto(raw, Bytes().U32(3).U8(3).U8(4).U8(5));
  EXPECT_NE(raw.data, before);
  EXPECT_EQ(raw.data.get()[2], 5);
  EXPECT_EQ(before.get()[1], 2);
}

TEST(DataTypeArchive, OfManyMegabytesIsReadInStepsWithoutLoss) {
  std::string text((std::size_t{5} << 20) + 3, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7 + i / 251);
  hiai::RawDataBuffer raw = {static_cast<std::uint32_t>(text.size()),
                             std::shared_ptr<std::uint8_t>(
                                 reinterpret_cast<std::uint8_t*>(&text[0]), [](std::uint8_t*) {})};
  hiai::Classification<float> name = {text, 1};

  const auto raw_back = ReadBack<hiai::RawDataBuffer>(Written(raw));
  const auto name_back = ReadBack<hiai::Classification<float>>(Written(name));

  ASSERT_EQ(raw_back.len_of_byte, text.size());
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(raw_back.data.get()), text.size()), text);
  EXPECT_EQ(name_back.class_value, text);
}

}  // namespace
}  // namespace openmatrix
