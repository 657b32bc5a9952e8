import type en from "../en/evaluate";

const words: Record<keyof typeof en, string> = {
  "evaluate.title": "评估",
  "evaluate.new": "评估模型",
  "evaluate.data": "对照数据集",
  "evaluate.no_model": "这里没有能生成图片的模型。请先训练一个。",
  "evaluate.no_data": "这里没有数据集。请先在“训练”中提供图片。",
  "evaluate.unfit": "模型生成 {model} 的图片，而数据集是 {data}（宽 × 高 × 通道）：测得的结果意义不大，也可能被拒绝。",
  "evaluate.about": "用模型的 2,000 张图片与它没见过的图片比较：质量、多样性、抄袭、似然与开销，并给出区间。需要几分钟。",
  "evaluate.start": "开始评估",
  "evaluate.running": "进行中",
  "evaluate.models": "已评估的模型",
  "evaluate.models.none": "还没有。",
  "evaluate.recipe": "配方",
  "evaluate.open": "查看",
  "evaluate.report": "{model} 的报告",
  "evaluate.none": "还没有评估过模型",
  "evaluate.none.about": "选择模型和它学习过的图片，然后开始评估。报告会说明模型的好坏，以及它是否抄袭训练图片。",
};

export default words;
