// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IUnique {
    function safeTransferFrom(address from, address to, uint256 tokenId) external;
    function approve(address to, uint256 tokenId) external;
}

interface IMulti {
    function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes calldata data) external;
    function setApprovalForAll(address operator, bool approved) external;
}

/// Takes tokens in, and moves coins and tokens.
abstract contract Assets {
    error TransferFailed();

    function supportsInterface(bytes4 id) external pure returns (bool) {
        // EIP-165, and the receivers of EIP-721 and EIP-1155.
        return id == 0x01ffc9a7 || id == 0x150b7a02 || id == 0x4e2312e0;
    }

    function onERC721Received(address, address, uint256, bytes calldata) external pure returns (bytes4) {
        return this.onERC721Received.selector;
    }

    function onERC1155Received(address, address, uint256, uint256, bytes calldata) external pure returns (bytes4) {
        return this.onERC1155Received.selector;
    }

    function onERC1155BatchReceived(address, address, uint256[] calldata, uint256[] calldata, bytes calldata)
        external
        pure
        returns (bytes4)
    {
        return this.onERC1155BatchReceived.selector;
    }

    function _payCoins(address to, uint256 amount) internal {
        if (amount == 0) return;
        (bool done,) = to.call{value: amount}("");
        if (!done) revert TransferFailed();
    }

    function _payTokens(address token, address to, uint256 amount) internal {
        if (amount == 0) return;
        // transfer(address,uint256)
        _callToken(token, abi.encodeWithSelector(0xa9059cbb, to, amount));
    }

    function _takeTokens(address token, address from, uint256 amount) internal {
        if (amount == 0) return;
        // transferFrom(address,address,uint256)
        _callToken(token, abi.encodeWithSelector(0x23b872dd, from, address(this), amount));
    }

    /// Some tokens answer nothing; one that answers `false` has moved nothing (EIP-20).
    function _callToken(address token, bytes memory data) internal {
        if (token.code.length == 0) revert TransferFailed();
        (bool done, bytes memory answer) = token.call(data);
        if (!done || (answer.length != 0 && !abi.decode(answer, (bool)))) revert TransferFailed();
    }

    function _moveItem(bool isErc721, address token, address from, address to, uint256 tokenId, uint256 amount)
        internal
    {
        if (token.code.length == 0) revert TransferFailed();
        if (isErc721) IUnique(token).safeTransferFrom(from, to, tokenId);
        else IMulti(token).safeTransferFrom(from, to, tokenId, amount, "");
    }
}
