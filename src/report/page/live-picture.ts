/** What the page and its script agree on. */

/** Attribute of the element around a static picture: the id of the element with the Vega specification to replace it by. */
export const specificationAttribute = "data-specification";

/** Class of boxes that scroll sideways; a picture that is wider than its box gets one panel a row. */
export const scrollBoxClass = "scroll";
