//! Postal addresses in Chinese, Japanese, Korean and Russian.
//!
//! From the region, or a label, to the number of the house: both ends have a form that other text does not have.

use std::ops::Range;

use super::builders::{accept_if, exact, part, reject_end};
use super::recognizer::{Recognizer, RecognizerInput};
use crate::detect::pattern::Verdict;

/// A character of Chinese or Japanese.
macro_rules! han {
    () => {
        r"(?:[\xe4-\xe9][\x80-\xbf][\x80-\xbf]|々|ヶ|ケ|ノ|の)"
    };
}

/// A syllable of Korean.
macro_rules! hangul {
    () => {
        r"[\xea-\xed][\x80-\xbf][\x80-\xbf]"
    };
}

/// A letter of Russian or Ukrainian.
macro_rules! cyrillic {
    () => {
        r"[\xd0-\xd3][\x80-\xbf]"
    };
}

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    exact(
        concat!(
            "(?:〒?\\d{3}-\\d{4}[ \\n]?)?(?:東京都|北海道|大阪府|京都府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県)",
            han!(),
            r"{2,20}[ ]?\d+(?:(?:丁目|番地|番|号|の|-)\d*)+(?:[ ]\d+号室)?"
        ),
        220,
        in_japan,
    ),
    exact(
        concat!(
            "(?:(?:地址|住址|地點)[ ]?[:=][ \\n]?|住在)?(?:(?:北京|上海|天津|重庆|重慶)市?|(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海)省?|(?:广西|内蒙古|西藏|宁夏|新疆)",
            han!(),
            "{0,6}|(?:台北|臺北|新北|桃園|台中|臺中|台南|臺南|高雄)市)(?:",
            han!(),
            r"|[0-9A-Za-z-])+"
        ),
        220,
        in_china,
    )
    .with_value(without_chinese_label),
    exact(
        concat!(
            "(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충청북|충청남|충북|충남|전라북|전라남|전북|전남|경상북|경상남|경북|경남|제주)(?:특별시|광역시|특별자치시|특별자치도|시|도)?(?:[ ](?:",
            hangul!(),
            "){1,8}){1,4}[ ]?\\d+(?:-\\d+)?(?:번길[ ]?\\d+)?(?:,?[ ]\\d+동)?(?:,?[ ]\\d+호)?"
        ),
        220,
        in_korea,
    ),
    exact(
        concat!(
            r"(?:\d{6},?[ ])?(?:(?:г|м)\.[ ]?(?:",
            cyrillic!(),
            r"|-)+,[ ]?)?(?:ул\.|улица|пр\.|пр-т|просп\.|проспект|пер\.|переулок|бульвар|наб\.|набережная|пл\.|площадь|вул\.|вулиця)[ ]?(?:(?:",
            cyrillic!(),
            r"|-)+\.?[ ]?){1,3},?[ ]?(?:д\.[ ]?|дом[ ]|буд\.[ ]?)?\d+(?:а|б|в|А|Б|В)?(?:/\d+)?(?:,?[ ](?:к|корп|стр|корпус|строение)\.?[ ]?\d+)?(?:,?[ ](?:кв|оф|квартира|офис)\.?[ ]?\d+)?"
        ),
        240,
        in_russia,
    ),
];

/// Returns `true` if a digit, or a hyphen before more of them, continues the last number.
fn continues(c: &RecognizerInput<'_>) -> bool {
    c.text.ends_with(|last: char| last.is_ascii_digit())
        && c.after.is_some_and(|after| after.is_ascii_alphanumeric() || after == '-')
}

fn in_japan(c: &RecognizerInput<'_>) -> Verdict {
    if continues(c) || c.text.ends_with('-') {
        return reject_end(c);
    }
    // A range of years is no number of a house.
    accept_if(c.text.contains(['市', '区', '町', '村', '郡']) && !matches!(c.after, Some('年' | '月' | '人')))
}

fn without_chinese_label(text: &str) -> Range<usize> {
    if !text.starts_with(['地', '住']) {
        return 0..text.len();
    }
    let label =
        text.find([':', '=']).map_or_else(|| if text.starts_with("住在") { "住在".len() } else { 0 }, |at| at + 1);
    let value = part(text, label..text.len()).trim_start_matches([' ', '\n']);
    text.len() - value.len()..text.len()
}

/// What ends an address in China, after its number.
const CHINESE_ENDS: &[char] = &['号', '號', '室', '栋', '棟', '弄', '楼', '樓', '户', '座', '层'];

/// What streets and districts of China end in.
const CHINESE_PARTS: &[char] =
    &['区', '區', '县', '縣', '镇', '鎮', '乡', '村', '路', '街', '道', '巷', '胡', '段', '里'];

/// The maximum number of parts of an address in China with 号: of the street, the yard and the house.
const MOST_CHINESE_NUMBERS: usize = 4;

fn in_china(c: &RecognizerInput<'_>) -> Verdict {
    let is_number = |last: char| last.is_ascii_digit() || last.is_ascii_uppercase();
    if !c.text.strip_suffix(CHINESE_ENDS).is_some_and(|head| head.ends_with(is_number)) {
        return reject_end(c);
    }
    // Text of many addresses without anything between them has as many starts.
    if c.text.matches(['号', '號']).count() > MOST_CHINESE_NUMBERS {
        return Verdict::RejectStarts(1);
    }
    let value = part(c.text, without_chinese_label(c.text));
    let head = value.strip_suffix(CHINESE_ENDS).unwrap_or_default();
    // 10月1号 is a day, 1号线 a line of the metro, and 新增100户 a count.
    let is_counted = value.contains('月')
        || c.after.is_some_and(|after| "线線起文令案机機公通".contains(after))
        || value.ends_with('户') && !head.contains(['号', '號', '楼', '室', '栋']);
    accept_if(!is_counted && value.contains(CHINESE_PARTS))
}

fn in_korea(c: &RecognizerInput<'_>) -> Verdict {
    // 화재로 3명: a count.
    if continues(c) || c.after.is_some_and(|after| "명건개년월일회차원대위%.".contains(after)) {
        return reject_end(c);
    }
    // The word before the number is that of a street, not of a thing that is counted.
    let digit = c.text.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
    let head = part(c.text, 0..digit).trim_end_matches(' ');
    accept_if(
        head.ends_with(['로', '길', '동', '리', '가'])
            && head.split(' ').any(|word| word.ends_with(['구', '시', '군'])),
    )
}

fn in_russia(c: &RecognizerInput<'_>) -> Verdict {
    if continues(c) || c.after.is_some_and(char::is_alphabetic) {
        return reject_end(c);
    }
    // "площадь участка 10" is no street: a name has a capital.
    const KINDS: &[&str] = &["ул", "пр", "пер", "бульвар", "наб", "пл", "вул"];
    let mut words =
        c.text.split([' ', '.', ',']).skip_while(|word| !KINDS.iter().any(|kind| word.starts_with(kind))).skip(1);
    let is_named = words.find(|word| !word.is_empty()).is_some_and(|name| name.starts_with(char::is_uppercase));
    // "площадь Москвы 2561 кв. км": an area.
    let is_area = c.text.contains("площадь") && !["д.", "дом", ","].iter().any(|sign| c.text.contains(sign));
    accept_if(is_named && !is_area)
}
